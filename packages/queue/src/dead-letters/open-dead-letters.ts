import type { GenerationRecord } from '@kieq/ledger';

export type OpenDeadLetter = NonNullable<GenerationRecord['deadLetter']>;

/** The open dead letters of a generation: its own first, then the one of its delivery, `notify_failed`. */
export function openDeadLetters({
  deadLetter,
  delivery,
}: Pick<GenerationRecord, 'deadLetter' | 'delivery'>): OpenDeadLetter[] {
  return [deadLetter, delivery?.deadLetter].filter((one) => one !== undefined);
}
