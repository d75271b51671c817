import { DEAD_LETTER_CLASSES, GENERATION_ID, GENERATION_STATES } from '@kieq/domain';
import { z } from 'zod';
import { namedWord } from '../word-schema.ts';

/** Schemas that several routes share. Responses have no transforms: they are encoded, not parsed. */
export const stateSchema = z.enum(GENERATION_STATES);
export const classSchema = z.enum(DEAD_LETTER_CLASSES);
export const stateWord = namedWord('GenerationState', GENERATION_STATES);
export const classWord = namedWord('DeadLetterClass', DEAD_LETTER_CLASSES);
export const resumePointWord = namedWord('ResumePoint', [...GENERATION_STATES, 'notify']);
export const epochMs = z.int().describe('Epoch milliseconds by the clock of Redis');

/** Any text: a malformed id is answered with 404, as an unknown one, not with 422. */
export const idParams = z.strictObject({ id: z.string().describe('Id of the generation, `gen_…`') });

export const tenantSchema = z
  .string()
  .regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores');

export const limitSchema = z.coerce.number().int().min(1).max(100).default(50);
export const cursorSchema = z.string().max(300).describe('`nextCursor` of the page before');

/** A time in a query: epoch ms, or ISO 8601 with a zone. A date alone means its midnight in UTC. */
export const instantSchema = z
  .string()
  .transform(toEpochMs)
  .refine((at) => Number.isFinite(at), 'must be epoch milliseconds, a date, or an ISO 8601 time with a zone');

const isoSchema = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);

/** NaN for every other text. */
function toEpochMs(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  return isoSchema.safeParse(text).success ? Date.parse(text) : Number.NaN;
}

export function isGenerationId(text: string): boolean {
  return GENERATION_ID.test(text);
}
