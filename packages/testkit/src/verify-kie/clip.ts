import { setTimeout as pause } from 'node:timers/promises';
import { callbackTaskId, KLING_MODEL, type KieClient } from '@kieq/kie';
import { listPrice } from '@kieq/models';
import { z } from 'zod';
import type { Receiver, Received } from '../receiver.ts';
import type { Wire } from './wire.ts';

const INPUT = { prompt: 'the camera moves forward slowly', sound: false, duration: '5' };
/** Credits that the clip is expected to cost; undefined would refuse to make it. */
export const ESTIMATE = listPrice(KLING_MODEL, INPUT);

const recordSchema = z.looseObject({
  state: z.string(),
  param: z.unknown(),
  resultJson: z.unknown(),
  failCode: z.unknown(),
  failMsg: z.unknown(),
  costTime: z.unknown(),
  createTime: z.number().nullish(),
  completeTime: z.unknown(),
  creditsConsumed: z.unknown(),
});
/** `data` of recordInfo, as it is on the wire. */
export type WireRecord = z.infer<typeof recordSchema>;

/** The one paid task of a run, at its end. */
export interface Clip {
  readonly taskId: string;
  /** From the first byte of the request to the end of the answer, ms. */
  readonly createMs: number;
  /** In the order of the queries; the last one has ended. */
  readonly records: readonly WireRecord[];
  readonly last: WireRecord;
  readonly balance: { readonly before: number; readonly after: number };
  /** Undefined where there is no public address; empty where none came. */
  readonly callbacks: readonly Received[] | undefined;
}

export interface ClipContext {
  readonly kie: KieClient;
  readonly wire: Wire;
  readonly image: Buffer;
  readonly run: string;
  readonly receiver: Receiver | undefined;
  /** Where Kie reaches the receiver. */
  readonly publicUrl: string | undefined;
  /** Between two queries, ms. */
  readonly pollMs: number;
  /** Longest wait for the end of the clip, ms. */
  readonly limitMs: number;
  /** Longest wait for the callback after that, ms. */
  readonly callbackMs: number;
  readonly say: (text: string) => void;
}

/**
 * Makes one clip of 5 s without sound and follows it to its end. createTask is sent once, whatever its answer.
 * @throws Error that says what is known of a task and its money
 */
export async function makeClip(context: ClipContext): Promise<Clip> {
  const { kie, image, run, publicUrl, say } = context;
  const fileName = `${run}-clip.png`;
  const { downloadUrl } = await kie.upload({ file: image, fileName, uploadPath: 'images/kieq-verify' });
  const before = await kie.credits();
  const answer = await kie.createTask(
    {
      model: KLING_MODEL,
      input: { ...INPUT, image_urls: [downloadUrl] },
      ...(publicUrl === undefined ? {} : { callBackUrl: publicUrl }),
    },
    { sendDeadline: () => true, timeoutMs: 60_000 },
  );
  const { taskId } = answer;
  if (answer.class === 'unknown')
    throw new Error('createTask response lost; a paid task may exist. It was not sent again. Check the balance.');
  if (taskId === undefined) throw new Error(`createTask refused: ${answer.evidence.summary} Nothing was charged.`);
  say(`paid clip: task ${taskId}`);
  const records = await recordsOf(context, taskId);
  const last = records.at(-1);
  if (last === undefined || !hasEnded(last))
    throw new Error(`task ${taskId} has not ended within the wait. It is paid; query it later.`);
  const callbacks = await callbacksOf(context, taskId);
  return {
    taskId,
    createMs: answer.latencyMs,
    records,
    last,
    balance: { before, after: await kie.credits() },
    callbacks,
  };
}

const hasEnded = ({ state }: WireRecord): boolean => state === 'success' || state === 'fail';

async function recordsOf({ wire, pollMs, limitMs }: ClipContext, taskId: string): Promise<WireRecord[]> {
  const records: WireRecord[] = [];
  const until = Date.now() + limitMs;
  while (Date.now() < until) {
    const { envelope } = await wire.get(`/api/v1/jobs/recordInfo?taskId=${encodeURIComponent(taskId)}`);
    const record = recordSchema.safeParse(envelope?.data);
    if (record.success) {
      records.push(record.data);
      if (hasEnded(record.data)) break;
    }
    await pause(pollMs);
  }
  return records;
}

async function callbacksOf(context: ClipContext, taskId: string): Promise<readonly Received[] | undefined> {
  const { receiver, publicUrl, callbackMs, pollMs } = context;
  if (receiver === undefined || publicUrl === undefined) return undefined;
  const until = Date.now() + callbackMs;
  const ours = (): Received[] => receiver.received.filter(({ text }) => callbackTaskId(text) === taskId);
  while (ours().length === 0 && Date.now() < until) await pause(Math.min(pollMs, 1000));
  return ours();
}
