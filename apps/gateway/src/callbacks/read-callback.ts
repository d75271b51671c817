import { callbackTaskId, verifyWebhook, type WebhookInput } from '@kieq/kie';
import { decodeJson, UndecodableText } from '@kieq/queue';
import { z } from 'zod';

/** What a callback says. Nothing of it is believed; it tells where to look. */
export interface Callback {
  /** `data.taskId`, `data.task_id`, or the same at top level; undefined where there is none that can be an id. */
  readonly taskId: string | undefined;
  /** From the end of the task, as the callback says, to its arrival; undefined where that makes no sense. */
  readonly ageMs: number | undefined;
}

const objectSchema = z.looseObject({});
const timesSchema = z.object({ data: z.object({ completeTime: z.number() }) });
const DAY_MS = 86_400_000;

/**
 * @param charset as its sender declares it
 * @returns undefined for what is no JSON object, whatever its content type says, and for an id in unreadable bytes
 */
export function readCallback(body: unknown, nowMs: number, charset?: string): Callback | undefined {
  const parsed = objectSchema.safeParse(jsonOf(body, charset));
  if (!parsed.success) return undefined;
  const taskId = callbackTaskId(parsed.data);
  return taskId?.includes(UNREADABLE) === true ? undefined : { taskId, ageMs: ageOf(parsed.data, nowMs) };
}

/** What a lossy reading puts in place of bytes that are no text. */
const UNREADABLE = '\ufffd';

function jsonOf(body: unknown, charset: string | undefined): unknown {
  try {
    return Buffer.isBuffer(body) ? JSON.parse(textOf(body, charset)) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Only the id counts here, and nothing is paid for it: a callback that repeats a prompt with a broken byte still brings
 * a paid task home, and refused it would not come again.
 */
function textOf(body: Buffer, charset: string | undefined): string {
  try {
    return decodeJson(body, charset);
  } catch (error) {
    if (!(error instanceof UndecodableText)) throw error;
    return body.toString('utf8');
  }
}

function ageOf(body: unknown, nowMs: number): number | undefined {
  const parsed = timesSchema.safeParse(body);
  if (!parsed.success) return undefined;
  const ageMs = nowMs - parsed.data.data.completeTime;
  return ageMs >= 0 && ageMs <= DAY_MS ? ageMs : undefined;
}

/**
 * What is wrong with Kie's signature, which covers id and time and not the body: `forged`, or `stale` for a true one
 * that is too old. Undefined where nothing is, or without a key.
 */
export function signatureProblem(
  { taskId }: Callback,
  headers: WebhookInput['headers'],
  key: string | undefined,
  nowMs: number,
): 'forged' | 'stale' | undefined {
  if (key === undefined) return undefined;
  const check = verifyWebhook({ headers, key, nowMs, ...(taskId === undefined ? {} : { taskId }) });
  if (check.ok) return undefined;
  return check.reason === 'stale' ? 'stale' : 'forged';
}
