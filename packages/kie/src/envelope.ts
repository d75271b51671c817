import type { Exchange } from './exchange.ts';
import { isRecord, parseJson } from './json.ts';

/**
 * Kie's answer as its API wraps it: `{ code, msg, data }` (docs/kie/api.md#answer-to-createtask).
 * Errors arrive as HTTP 200 with another `code`, so the code and not the HTTP status is what counts
 * (docs/kie/facts.md#envelope-and-errors).
 */
export interface Envelope {
  readonly code: number;
  readonly msg?: string;
  readonly data: unknown;
}

/** A code that came as text. */
const CODE_TEXT = /^-?\d{1,9}$/;

/**
 * Reads the envelope of an answer: a JSON object with an integer `code`, which may be a numeric string. By hand, since
 * every answer of Kie goes through here.
 * @returns undefined where the text is anything else, such as an HTML page, a cut body or JSON without a code.
 */
export function envelopeOf(exchange: Exchange): Envelope | undefined {
  const body = bodyOf(exchange);
  if (!isRecord(body)) return undefined;
  const { code: written, msg, data } = body;
  const code = typeof written === 'string' && CODE_TEXT.test(written) ? Number(written) : written;
  if (typeof code !== 'number' || !Number.isSafeInteger(code)) return undefined;
  return { code, data, ...(typeof msg === 'string' ? { msg } : {}) };
}

const bodies = new WeakMap<Exchange, { readonly json: unknown }>();

/** What came as JSON, read once; undefined where it is none, or nothing came. */
function bodyOf(exchange: Exchange): unknown {
  const known = bodies.get(exchange);
  if (known !== undefined) return known.json;
  const json = parseJson(textOf(exchange) ?? '');
  bodies.set(exchange, { json });
  return json;
}

/** The text of an answer, or what arrived of it; undefined where nothing did. */
export function textOf(exchange: Exchange): string | undefined {
  return exchange.kind === 'answer' ? exchange.body : exchange.partialBody;
}

/** An opaque id of Kie: 1 to 200 characters without white space or control characters. */
const TASK_ID = /^[^\s\p{Cc}]{1,200}$/u;

/**
 * Finds the id of a created task in an answer, whole or cut: `data.taskId`, else `data.task_id`, else `data.recordId`.
 * It needs no `code`: whoever was given an id must follow it, whatever else the answer says.
 */
export function taskIdOf(exchange: Exchange): string | undefined {
  const body = bodyOf(exchange);
  if (!isRecord(body) || !isRecord(body['data'])) return undefined;
  const { data } = body;
  return firstTaskId([data['taskId'], data['task_id'], data['recordId']]);
}

/** The first of `candidates` that can be an id of Kie. */
export function firstTaskId(candidates: readonly unknown[]): string | undefined {
  return candidates.find(isTaskId);
}

function isTaskId(candidate: unknown): candidate is string {
  return typeof candidate === 'string' && TASK_ID.test(candidate);
}
