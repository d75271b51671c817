import { createHmac, timingSafeEqual } from 'node:crypto';

import { firstTaskId } from './envelope.ts';
import { isRecord, parseJson } from './json.ts';

/** Header names of Kie's signature (docs/kie/facts.md#callbacks), in lower case as Node gives them. */
export const WEBHOOK_TIMESTAMP_HEADER = 'x-webhook-timestamp';
export const WEBHOOK_SIGNATURE_HEADER = 'x-webhook-signature';

/** Default of `toleranceMs`: 5 min. */
export const WEBHOOK_TOLERANCE_MS = 300_000;

/** Why the signature of a callback is refused. */
export type WebhookRefusal = 'no_task_id' | 'missing_header' | 'bad_timestamp' | 'stale' | 'bad_signature';

export type WebhookCheck =
  | { readonly ok: true; readonly taskId: string }
  | { readonly ok: false; readonly reason: WebhookRefusal };

export interface WebhookInput {
  /** Headers of the request; names in any case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body, parsed or as text. Only its task id is read, and only where `taskId` is not given. */
  readonly body?: unknown;
  readonly taskId?: string;
  /** The webhook key, `KIE_WEBHOOK_HMAC_KEY`. */
  readonly key: string;
  /** Epoch ms. */
  readonly nowMs: number;
  /** Greatest age, and greatest distance into the future, in ms. Default {@link WEBHOOK_TOLERANCE_MS}. */
  readonly toleranceMs?: number;
}

/**
 * Kie's signature: base64(HMAC-SHA256(`taskId + "." + timestamp`, key)). It does not cover the body.
 * @param timestampSeconds Unix seconds, as in the header.
 */
export function signWebhook(taskId: string, timestampSeconds: number | string, key: string): string {
  return createHmac('sha256', key).update(`${taskId}.${timestampSeconds}`).digest('base64');
}

/**
 * Checks signature and age of a callback, in constant time. A valid one proves only the id and the time: only
 * recordInfo proves a state or a URL (docs/guarantees.md#g6-no-callback-is-believed).
 */
export function verifyWebhook(input: WebhookInput): WebhookCheck {
  const taskId = input.taskId ?? callbackTaskId(input.body);
  if (taskId === undefined) return refused('no_task_id');
  const timestamp = header(input, WEBHOOK_TIMESTAMP_HEADER);
  const signature = header(input, WEBHOOK_SIGNATURE_HEADER);
  if (timestamp === undefined || signature === undefined) return refused('missing_header');
  if (!/^\d{1,15}$/.test(timestamp)) return refused('bad_timestamp');
  if (!sameText(signature, signWebhook(taskId, timestamp, input.key))) return refused('bad_signature');
  const ageMs = Math.abs(input.nowMs - Number(timestamp) * 1000);
  return ageMs > (input.toleranceMs ?? WEBHOOK_TOLERANCE_MS) ? refused('stale') : { ok: true, taskId };
}

/**
 * The task of a callback: `data.taskId`, `data.task_id`, or the same at top level (docs/kie/facts.md#callbacks).
 * @param body parsed JSON, or its text; untrusted.
 */
export function callbackTaskId(body: unknown): string | undefined {
  const value = typeof body === 'string' ? parseJson(body) : body;
  if (!isRecord(value)) return undefined;
  const data = isRecord(value['data']) ? value['data'] : {};
  return firstTaskId([data['taskId'], data['task_id'], value['taskId'], value['task_id']]);
}

function refused(reason: WebhookRefusal): WebhookCheck {
  return { ok: false, reason };
}

function header(input: WebhookInput, name: string): string | undefined {
  const found = Object.entries(input.headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof found === 'string' ? found.trim() : undefined;
}

function sameText(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
