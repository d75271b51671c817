import type { GenerationHandle } from '@kieq/producer';
import { z } from 'zod';
import {
  startReceiver,
  testRequest,
  type Answering,
  type PoolFixture,
  type Received,
  type Receiver,
} from '../../src/index.ts';
import { openPool } from './support.ts';

/** A pool in which the sweeper does not make up for a missing delivery job, and receivers have time to answer. */
export function openCallbackPool(
  context: Parameters<typeof openPool>[0],
  name: string,
  { timings, ...options }: Parameters<typeof openPool>[2] = {},
): Promise<PoolFixture> {
  return openPool(context, name, {
    timings: { vehicleCheckMs: 60_000, notifyTimeoutMs: 5000, ...timings },
    ...options,
  });
}

/** Kie's callback body, as far as the tests ask. */
const callback = z.object({
  code: z.number(),
  msg: z.string(),
  data: z.looseObject({ taskId: z.string(), state: z.string(), param: z.string(), resultJson: z.string().nullable() }),
});

interface ReadCallback extends Omit<Received, 'headers'> {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: z.infer<typeof callback>;
}

/** The n-th callback that arrived, from 0. */
export function callbackOf({ received }: Receiver, n = 0): ReadCallback {
  const found = received[n];
  if (found === undefined) throw new Error(`only ${received.length} callbacks`);
  const single = Object.entries(found.headers).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return { ...found, headers: Object.fromEntries(single), body: callback.parse(JSON.parse(found.text)) };
}

/** A receiver that ends with its test. */
export async function openReceiver(
  { onTestFinished }: { readonly onTestFinished: (fn: () => Promise<void>) => void },
  answer?: Answering,
  options?: { readonly port?: number },
): Promise<Receiver> {
  const receiver = await startReceiver(answer, options);
  onTestFinished(() => receiver.stop());
  return receiver;
}

/** Answers 500 this many times, then 200. */
export function failing(times: number): Answering {
  let left = times;
  return (response) => {
    left -= 1;
    response.writeHead(left >= 0 ? 500 : 200).end();
  };
}

/** Enqueues one request whose caller wants a callback there. */
export function order(pool: PoolFixture, prompt: string, callBackUrl?: string): Promise<GenerationHandle> {
  return pool.producer.enqueue(testRequest(prompt), { callBackUrl });
}
