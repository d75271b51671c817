import { canonicalJson } from '@kieq/domain';
import { isAbsent, type Problem } from '@kieq/kie';
import type { GenerationRecord } from '@kieq/ledger';
import { applyEasy, modelOf, type Easy, type EasyMapped } from '@kieq/models';
import { frozenPayload } from '@kieq/queue';
import { z } from 'zod';
import { problem } from './creation-problem.ts';

/** Longest text of one value. */
const TEXT_LIMIT = 2000;
const text = z.string().max(TEXT_LIMIT);

/** Convenience values: the same names for all models of the catalogue. */
export const easySchema = z
  .strictObject({
    image: text.optional().describe('Link of the image that the clip starts with, or that it is about'),
    lastImage: text.optional().describe('Link of the image that the clip ends with'),
    seconds: z.number().positive().optional().describe('Length of the clip; the nearest one that the model has'),
    sound: z.boolean().optional(),
    resolution: text.optional().describe('Such as 720p, 1080p or 4k; the nearest one that the model has'),
    aspectRatio: text.optional().describe('Such as 16:9; the nearest one that the model has'),
  })
  .meta({
    id: 'Easy',
    description: "Put into the model's own fields, in their types, before the request is queued; `mapped` says where",
    examples: [{ image: 'https://example.com/cat.jpg', seconds: 5, sound: false }],
  });

/** What became of one convenience value. */
export const mappedSchema = z
  .object({
    from: z.string().describe('Name in `easy`'),
    field: z.string().describe('Field of the model, such as `input.duration`'),
    value: z.unknown().describe('In the type of the model'),
    nearest: z.literal(true).optional().describe('The model does not have the given value; this one is the nearest'),
  })
  .meta({ id: 'Mapped', examples: [{ from: 'seconds', field: 'input.duration', value: '5' }] });

/** A request whose convenience values are in the input. */
export interface EasyRequest {
  readonly input: unknown;
  readonly mapped: readonly EasyMapped[];
  readonly problems: readonly Problem[];
  /** What the caller sent; absent without a convenience value. */
  readonly sent?: unknown;
}

/**
 * Maps the convenience values of a create call. What cannot be mapped is a problem of the field `easy.…`.
 * @param easy from the caller, unchecked; it and its values that are null, "" or blank count as absent
 */
export function mapEasy(model: unknown, input: unknown, easy: unknown): EasyRequest {
  const nothing = { input, mapped: [], problems: [] };
  if (isAbsent(easy)) return nothing;
  if (typeof easy !== 'object' || easy === null || Array.isArray(easy))
    return { ...nothing, problems: [problem('easy', 'must be a JSON object', easy)] };
  const present = Object.fromEntries(Object.entries(easy).filter(([, value]) => !isAbsent(value)));
  const parsed = easySchema.safeParse(present);
  if (!parsed.success) return { ...nothing, problems: problemsOf(parsed.error, present) };
  const names = Object.keys(present);
  if (names.length === 0) return nothing;
  const known = typeof model === 'string' ? modelOf(model) : undefined;
  if (known === undefined) {
    const rule = "cannot be mapped: the catalogue does not have this model, so input needs the model's own field";
    return { ...nothing, problems: names.map((name) => problem(`easy.${name}`, rule, present[name])) };
  }
  // An input that is no object is reported by the check of the request.
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return nothing;
  const result = applyEasy(known, valuesOf(parsed.data), { ...input });
  return {
    input: result.input,
    mapped: result.mapped,
    problems: result.problems.map(({ from, rule }) => problem(`easy.${from}`, rule, present[from])),
    sent: { model, input, easy: present },
  };
}

/** Without fields that are undefined. */
function valuesOf({ image, lastImage, seconds, sound, resolution, aspectRatio }: z.output<typeof easySchema>): Easy {
  return {
    ...(image === undefined ? {} : { image }),
    ...(lastImage === undefined ? {} : { lastImage }),
    ...(seconds === undefined ? {} : { seconds }),
    ...(sound === undefined ? {} : { sound }),
    ...(resolution === undefined ? {} : { resolution }),
    ...(aspectRatio === undefined ? {} : { aspectRatio }),
  };
}

function problemsOf({ issues }: z.ZodError, easy: Readonly<Record<string, unknown>>): Problem[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((name) => problem(`easy.${name}`, 'is no known field', easy[name]));
    const name = String(issue.path[0]);
    return [problem(`easy.${name}`, RULES[name] ?? `must be text of at most ${TEXT_LIMIT} characters`, easy[name])];
  });
}

const RULES: Readonly<Record<string, string>> = {
  seconds: 'must be a number above 0',
  sound: 'must be true or false',
};

/**
 * The field `mapped` of a response; empty where nothing was mapped.
 * @param existing the record of a generation that existed already: an earlier version may have mapped the values
 *   otherwise, so only what its request has is told
 */
export function mappedField(
  mapped: readonly EasyMapped[],
  existing: GenerationRecord | undefined,
): { mapped?: z.output<typeof mappedSchema>[] } {
  const told = existing === undefined ? mapped : mapped.filter((one) => isIn(existing, one));
  return told.length === 0 ? {} : { mapped: [...told] };
}

function isIn({ payload }: GenerationRecord, { field, value }: EasyMapped): boolean {
  const input = frozenPayload(payload)?.request.input;
  const frozen = input?.[field.slice('input.'.length)];
  return frozen !== undefined && canonicalJson(frozen) === canonicalJson(value);
}
