import type { Exchange } from './exchange.ts';
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

/** A code that came as text. */
const CODE_TEXT = /^-?\d{1,9}$/;

/**
 * Reads the envelope of a response: a JSON object with an integer `code`, which may be a numeric string. By hand, since
 * every response of Kie passes here.
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

/** The body as JSON, parsed once; undefined where it is none, or nothing arrived. */
function bodyOf(exchange: Exchange): unknown {
  const known = bodies.get(exchange);
  if (known !== undefined) return known.json;
  const json = parseJson(textOf(exchange) ?? '');
  bodies.set(exchange, { json });
  return json;
}

/** The text of a response, or the part that arrived; undefined where nothing did. */
export function textOf(exchange: Exchange): string | undefined {
  return exchange.kind === 'answer' ? exchange.body : exchange.partialBody;
}

/** An opaque id of Kie: 1 to 200 characters without white space or control characters. */
const TASK_ID = /^[^\s\p{Cc}]{1,200}$/u;

/**
 * Finds the id of a created task in a response, whole or cut: `data.taskId`, else `data.task_id`, else `data.recordId`.
 * It needs no `code`: an id that Kie gave must be polled, whatever else the response says.
 */
export function taskIdOf(exchange: Exchange): string | undefined {
  const body = bodyOf(exchange);
  if (!isRecord(body) || !isRecord(body['data'])) return undefined;
  const { data } = body;
  return firstTaskId([data['taskId'], data['task_id'], data['recordId']]);
}

/** The first of `candidates` that has the form of a Kie id. */
export function firstTaskId(candidates: readonly unknown[]): string | undefined {
  return candidates.find(isTaskId);
}

function isTaskId(candidate: unknown): candidate is string {
  return typeof candidate === 'string' && TASK_ID.test(candidate);
}
