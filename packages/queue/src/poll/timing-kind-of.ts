import { timingKind } from '@kieq/domain';
import { timingInput } from '@kieq/models';

/** The kind of a request by its completion time, with length and sound read by what is known of its model. */
export function timingKindOf(model: string, input: Readonly<Record<string, unknown>>): string {
  return timingKind(model, timingInput(model, input));
}
