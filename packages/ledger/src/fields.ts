import { readWord, type OrNewer } from '@kieq/domain';
import { z } from 'zod';

/** Redis hashes hold text only; an absent or empty field means that the value does not exist. */
export const optionalNumber = z
  .string()
  .optional()
  .transform((text) => (text === undefined || text === '' ? undefined : Number(text)));
export const count = z
  .string()
  .optional()
  .transform((text) => Number(text ?? 0));
export const optionalText = z
  .string()
  .optional()
  .transform((text) => (text === '' ? undefined : text));

/** A known word, or one that a newer version has written. */
export function wordOf<Word extends string>(words: readonly Word[]) {
  return z.string().transform((text): OrNewer<Word> => readWord(words, text));
}
/** The same as a field of a hash. */
export function optionalWord<Word extends string>(words: readonly Word[]) {
  return optionalText.transform((text): OrNewer<Word> | undefined =>
    text === undefined ? undefined : readWord(words, text),
  );
}
