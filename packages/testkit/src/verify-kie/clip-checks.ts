import { callbackTaskId, verifyWebhook } from '@kieq/kie';
import { z } from 'zod';
import type { Received } from '../receiver.ts';
import { ESTIMATE, type Clip, type WireRecord } from './clip.ts';
import type { Check, Seen } from './finding.ts';
import { bytesOf, type Wire } from './wire.ts';

/** What is judged after the paid clip has ended. */
export interface PaidContext {
  readonly clip: Clip;
  readonly wire: Wire;
  readonly downloadUrl: (url: string) => Promise<string>;
  /** The key of the callbacks' signatures. */
  readonly webhookKey: string | undefined;
}

const STATES: readonly string[] = ['waiting', 'queuing', 'generating', 'success', 'fail'];

/** Facts that one paid clip shows. */
export const PAID_CHECKS: readonly Check<PaidContext>[] = [
  {
    id: 'create-answer',
    expected: 'a taskId after 0.3 to 0.9 s',
    run: ({ clip }) => ({ holds: clip.taskId !== '', seen: `a taskId after ${Math.round(clip.createMs)} ms` }),
  },
  {
    id: 'states',
    expected: `no other word than ${STATES.join(', ')}`,
    run: ({ clip }) => {
      const words = [...new Set(clip.records.map(({ state }) => state))];
      return { holds: words.every((word) => STATES.includes(word)), seen: words.join(', ') };
    },
  },
  {
    id: 'while-running',
    expected: 'resultJson, failCode and failMsg are "" or null',
    run: ({ clip }) => {
      const running = clip.records.filter(({ state }) => state !== 'success' && state !== 'fail');
      if (running.length === 0) throw new Error('the task had ended at the first query');
      const values = running.flatMap(({ resultJson, failCode, failMsg }) => [resultJson, failCode, failMsg]);
      const distinct = [...new Set(values.map((value) => JSON.stringify(value) ?? 'absent'))];
      return { holds: values.every((value) => value === '' || value === null), seen: distinct.join(', ') };
    },
  },
  {
    id: 'success',
    expected: 'resultJson is JSON text with resultUrls, and the file is there',
    run: async ({ clip }) => {
      const bytes = await bytesOf(resultUrl(clip.last));
      return { holds: (bytes?.length ?? 0) > 0, seen: `${bytes?.length ?? 0} bytes` };
    },
  },
  {
    id: 'newer-answers',
    expected: 'successFlag 1, and response with resultUrls',
    run: ({ clip: { last } }) => {
      const { successFlag, response } = last;
      const holds = successFlag === 1 && z.looseObject({ resultUrls: z.array(z.string()) }).safeParse(response).success;
      return { holds, seen: `successFlag ${JSON.stringify(successFlag) ?? 'absent'}, response ${typeof response}` };
    },
  },
  {
    id: 'param',
    expected: 'JSON text of the request, whose input is JSON text again',
    run: ({ clip: { last } }) => {
      const { input } = z.looseObject({ input: z.unknown() }).parse(JSON.parse(z.string().parse(last.param)));
      return { holds: typeof input === 'string', seen: `input is ${typeof input === 'string' ? 'text' : 'an object'}` };
    },
  },
  { id: 'cost-time', expected: 'seconds', run: ({ clip }) => costTime(clip.last) },
  {
    id: 'credits-consumed',
    expected: 'a number',
    run: ({ clip: { last } }) => {
      const holds = typeof last.creditsConsumed === 'number';
      return { holds, seen: JSON.stringify(last.creditsConsumed) ?? 'absent' };
    },
  },
  {
    id: 'credits',
    expected: 'the balance falls by creditsConsumed',
    run: ({ clip: { last, balance } }) => {
      const charged = balance.before - balance.after;
      const holds = Math.abs(charged - z.number().parse(last.creditsConsumed)) < 0.01;
      return { holds, seen: `${charged} charged, ${String(last.creditsConsumed)} consumed` };
    },
  },
  {
    id: 'kling-price',
    expected: `${ESTIMATE ?? '?'} credits for 5 s without sound`,
    run: ({ clip: { balance } }) => {
      const charged = balance.before - balance.after;
      return { holds: charged === ESTIMATE, seen: `${charged} credits` };
    },
  },
  {
    id: 'kling-time',
    expected: 'between half a minute and 20 minutes',
    run: ({ clip: { last } }) => {
      const seconds = tookMs(last) / 1000;
      return { holds: seconds >= 30 && seconds <= 1200, seen: `${seconds.toFixed(1)} s` };
    },
  },
  {
    id: 'download-url',
    expected: 'a link that serves the result',
    run: async ({ clip, downloadUrl }) => {
      const bytes = await bytesOf(await downloadUrl(resultUrl(clip.last)));
      return { holds: (bytes?.length ?? 0) > 0, seen: `${bytes?.length ?? 0} bytes` };
    },
  },
  {
    id: 'callback-body',
    expected: 'code 200, msg, and data as of recordInfo',
    run: ({ clip }) => {
      const { code, msg, data } = callbackSchema.parse(JSON.parse(callbackOf(clip).text));
      return { holds: code === 200 && data.state === 'success', seen: `code ${code}, msg ${msg}, state ${data.state}` };
    },
  },
  {
    id: 'callback-id',
    expected: 'data.taskId',
    run: ({ clip }) => {
      const body = z
        .looseObject({ data: z.looseObject({ taskId: z.unknown() }) })
        .safeParse(JSON.parse(callbackOf(clip).text));
      const holds = body.data?.data.taskId === clip.taskId;
      return {
        holds,
        seen: holds ? 'data.taskId' : `another place: ${callbackTaskId(callbackOf(clip).text) ?? 'none'}`,
      };
    },
  },
  {
    id: 'callback-signature',
    expected: 'HMAC-SHA256 of taskId and timestamp',
    run: ({ clip, webhookKey }) => {
      const { headers, text } = callbackOf(clip);
      if (webhookKey === undefined) throw new Error('KIE_WEBHOOK_HMAC_KEY is not set');
      const check = verifyWebhook({ headers, body: text, key: webhookKey, nowMs: Date.now() });
      return { holds: check.ok, seen: check.ok ? 'valid' : check.reason };
    },
  },
];

const callbackSchema = z.looseObject({ code: z.number(), msg: z.string(), data: z.looseObject({ state: z.string() }) });

function callbackOf({ callbacks, taskId }: Clip): Received {
  if (callbacks === undefined) throw new Error('there is no --public-url');
  const [first] = callbacks;
  if (first === undefined) throw new Error(`no callback of task ${taskId} came; is the address reachable?`);
  return first;
}

/** The first link of a success. */
function resultUrl({ state, resultJson, failMsg }: WireRecord): string {
  if (state !== 'success') throw new Error(`the task failed: ${String(failMsg)}`);
  const { resultUrls } = z
    .looseObject({ resultUrls: z.tuple([z.url()], z.url()) })
    .parse(JSON.parse(String(resultJson)));
  return resultUrls[0];
}

const tookMs = ({ completeTime, createTime }: WireRecord): number =>
  z.number().parse(completeTime) - z.number().parse(createTime);

function costTime(record: WireRecord): Seen {
  const cost = z.number().parse(record.costTime);
  const isSeconds = Math.abs(cost * 1000 - tookMs(record)) <= 1500;
  return { holds: isSeconds, seen: `${cost} for ${tookMs(record)} ms` };
}
