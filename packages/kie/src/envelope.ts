import { z } from 'zod';

import { isRecord, parseJson } from './json.ts';

/**
 * Kie's response as its API wraps it: `{ code, msg, data }` (docs/kie/api.md#answer-to-createtask). Errors arrive as
 * HTTP 200 with another `code`, so the code counts and not the HTTP status (docs/kie/facts.md#envelope-and-errors).
 */
export interface Envelope {
  readonly code: number;
  readonly msg?: string;
  readonly data: unknown;
}

const codeSchema = z.union([
  z.int(),
  z
    .string()
    .regex(/^-?\d{1,9}$/)
    .transform(Number),
]);
const envelopeSchema = z.looseObject({
  code: codeSchema,
  msg: z.string().optional().catch(undefined),
  data: z.unknown().optional(),
});

/**
 * Reads an envelope: a JSON object with an integer `code`, which may be a numeric string.
 * @returns undefined where the text is anything else, such as an HTML page, a cut body or JSON without a code.
 */
export function readEnvelope(text: string): Envelope | undefined {
  const parsed = envelopeSchema.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const { code, msg, data } = parsed.data;
  return { code, data, ...(msg === undefined ? {} : { msg }) };
}

/** An opaque id of Kie: 1 to 200 characters without white space or control characters. */
const taskIdSchema = z.string().regex(/^[^\s\p{Cc}]{1,200}$/u);

/**
 * Finds the id of a created task in the text of a response: `data.taskId`, else `data.task_id`, else `data.recordId`.
 * It needs no `code`: an id that Kie gave must be polled, whatever else the response says.
 */
export function readTaskId(text: string): string | undefined {
  const body = parseJson(text);
  if (!isRecord(body) || !isRecord(body['data'])) return undefined;
  const { data } = body;
  return firstTaskId([data['taskId'], data['task_id'], data['recordId']]);
}

/** The first of `candidates` that has the form of a Kie id. */
export function firstTaskId(candidates: readonly unknown[]): string | undefined {
  for (const candidate of candidates) {
    const parsed = taskIdSchema.safeParse(candidate);
    if (parsed.success) return parsed.data;
  }
  return undefined;
}
