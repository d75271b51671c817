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
