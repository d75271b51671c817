import type { GenerationRecord } from '@kieq/ledger';

export type OpenLetter = NonNullable<GenerationRecord['letter']>;

/** The open dead letters of a generation: its own first, then the one of its callback, `notify_failed`. */
export function openLetters({ letter, notice }: Pick<GenerationRecord, 'letter' | 'notice'>): OpenLetter[] {
  return [letter, notice?.letter].filter((one) => one !== undefined);
}
