import { callbackTaskId, verifyWebhook, type WebhookInput } from '@kieq/kie';
import { decodeJson, UndecodableText } from '@kieq/queue';
import { z } from 'zod';

/** Content of a callback. It is untrusted and only triggers a poll; the verdict comes from recordInfo. */
export interface Callback {
  /** `data.taskId`, `data.task_id`, or the same at top level; undefined without a well-formed id. */
  readonly taskId: string | undefined;
  /** Time from the end of the task, as the callback states it, to arrival; undefined if not between 0 and a day. */
  readonly ageMs: number | undefined;
}

const objectSchema = z.looseObject({});
const timesSchema = z.object({ data: z.object({ completeTime: z.number() }) });
const DAY_MS = 86_400_000;

/**
 * @param charset declared by the sender
 * @returns undefined if the body is not a JSON object, whatever its content type, or if the id has unreadable bytes
 */
export function readCallback(body: unknown, nowMs: number, charset?: string): Callback | undefined {
  const parsed = objectSchema.safeParse(jsonOf(body, charset));
  if (!parsed.success) return undefined;
  const taskId = callbackTaskId(parsed.data);
  return taskId?.includes(UNREADABLE) === true ? undefined : { taskId, ageMs: ageOf(parsed.data, nowMs) };
}

/** Replacement character for undecodable bytes. */
const UNREADABLE = '\ufffd';

function jsonOf(body: unknown, charset: string | undefined): unknown {
  try {
    return Buffer.isBuffer(body) ? JSON.parse(textOf(body, charset)) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Decodes lossily if necessary. Only the id counts here, and Kie would not repeat a refused callback: one that repeats
 * a prompt with a broken byte can still lead to a paid task.
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
 * Checks Kie's signature, which covers task id and time but not the body: `forged` if it is wrong, `stale` if it is
 * right but too old. Undefined if it is right, or without a key.
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
