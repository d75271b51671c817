import { modelOf } from './catalogue.ts';
import { estimate } from './estimate.ts';

/** Credits of a request by the price list; undefined where the list does not give one price for it. */
export function listPrice(id: string, input: Readonly<Record<string, unknown>>): number | undefined {
  const model = modelOf(id);
  const result = model === undefined ? undefined : estimate(model, input);
  if (result?.kind !== 'estimate') return undefined;
  const { low, high } = result.estimate;
  return low === high ? low : undefined;
}
