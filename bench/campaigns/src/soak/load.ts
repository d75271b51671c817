import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { call } from '../chaos/http.ts';
import { testRequest } from '@kieq/testkit';
import type { Place } from './place.ts';

/** Orders at a constant rate, whatever becomes of them. */
export interface SteadyLoad {
  /** Prompts that were acknowledged. */
  readonly acknowledged: ReadonlySet<string>;
  /** Resolves when the last order was acknowledged. */
  readonly over: Promise<void>;
}

const BATCH_EVERY_MS = 100;
const RETRY_MS = 500;
/** Every third order wants a callback. */
const CALLBACK_EVERY = 3;
/** Of all orders; their prompt is their idempotency key. */
export const TENANT = 'shop';

type Send = (place: Place, prompts: readonly string[]) => Promise<boolean>;

/** Batches go to the producer and to the gateway in turn; each is repeated until it is acknowledged. */
export function startSteadyLoad(place: Place, ratePerSecond: number, durationMs: number): SteadyLoad {
  const acknowledged = new Set<string>();
  const size = Math.round((ratePerSecond * BATCH_EVERY_MS) / 1000);
  const deliver = async (send: Send, prompts: readonly string[]): Promise<void> => {
    while (!(await send(place, prompts).catch(() => false))) await sleep(RETRY_MS);
    for (const prompt of prompts) acknowledged.add(prompt);
  };
  const run = async (): Promise<void> => {
    const open = new Set<Promise<void>>();
    const startedMs = performance.now();
    for (let n = 0; n * BATCH_EVERY_MS < durationMs; n += 1) {
      await sleep(Math.max(0, startedMs + n * BATCH_EVERY_MS - performance.now()));
      const prompts = Array.from({ length: size }, (_, i) => `soak ${n * size + i}`);
      const delivery: Promise<void> = deliver(n % 2 === 0 ? byProducer : byGateway, prompts).then(
        () => void open.delete(delivery),
      );
      open.add(delivery);
    }
    await Promise.all(open);
  };
  return { acknowledged, over: run() };
}

function optionsOf({ hooks }: Place, prompt: string, i: number) {
  return {
    idempotencyKey: prompt,
    ...(i % CALLBACK_EVERY === 0 ? { callBackUrl: `${hooks.url}/hook` } : {}),
  };
}

const byProducer: Send = async (place, prompts) => {
  const items = prompts.map((prompt, i) => ({
    request: testRequest(prompt),
    options: { ...optionsOf(place, prompt, i), tenant: TENANT },
  }));
  return (await place.pool.producer.enqueueMany(items)).every(({ ok }) => ok);
};

const answerForm = z.object({ items: z.array(z.object({ ok: z.boolean() })) });

const byGateway: Send = async (place, prompts) => {
  const items = prompts.map((prompt, i) => ({ ...testRequest(prompt), ...optionsOf(place, prompt, i) }));
  const answer = await call(`${place.gatewayUrl}/v1/generations/batch`, {
    method: 'POST',
    headers: { authorization: `Bearer ${place.secrets.gatewayKeys[TENANT]}` },
    body: { items },
  });
  const parsed = answerForm.safeParse(answer?.body);
  return parsed.success && parsed.data.items.every(({ ok }) => ok);
};
