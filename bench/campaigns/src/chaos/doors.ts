import { randomUUID } from 'node:crypto';
import { keyedGenerationId } from '@kieq/domain';
import { z } from 'zod';
import { testRequest } from '@kieq/testkit';
import { call } from './http.ts';
import type { Door, Order } from './orders.ts';
import type { World } from './world.ts';

/** Asks once through the order's door; the generation's id when that was acknowledged. Never rejects. */
export async function ask(world: World, order: Order): Promise<string | undefined> {
  try {
    return await DOORS_OPEN[order.door](world, order);
  } catch {
    return undefined;
  }
}

const kieAnswer = z.object({ code: z.literal(200), data: z.object({ taskId: z.string() }) });
const created = z.object({ id: z.string() });
const batch = z.object({ items: z.array(z.object({ ok: z.literal(true), id: z.string() })).min(1) });

const DOORS_OPEN: Readonly<Record<Door, (world: World, order: Order) => Promise<string | undefined>>> = {
  async 'kie-api'(world, order) {
    const answer = await post(world, order, '/api/v1/jobs/createTask', requestOf(world, order));
    return kieAnswer.parse(answer).data.taskId;
  },
  async native(world, order) {
    return created.parse(await post(world, order, '/v1/generations', requestOf(world, order))).id;
  },
  async batch(world, order) {
    const item = { ...requestOf(world, order), ...(order.key === undefined ? {} : { idempotencyKey: order.key }) };
    const answer = await post(world, { ...order, key: undefined }, '/v1/generations/batch', { items: [item] });
    return batch.parse(answer).items[0]?.id;
  },
  async producer({ pool, hooks }, order) {
    const { id } = await pool.producer.enqueue(testRequest(order.prompt), optionsOf(hooks.url, order));
    return id;
  },
  async job({ pool, hooks }, order) {
    const { priority, ...options } = { priority: 100, ...optionsOf(hooks.url, order) };
    const idempotencyKey = order.key ?? order.prompt;
    const data = { v: 1, request: testRequest(order.prompt), ...options, idempotencyKey };
    await pool.queues.submit.add('by another client', data, { jobId: randomUUID(), priority });
    return keyedGenerationId(order.tenant, idempotencyKey);
  },
};

function optionsOf(hooksUrl: string, { tenant, key, wantsCallback }: Order) {
  return {
    tenant,
    ...(key === undefined ? {} : { idempotencyKey: key }),
    ...(wantsCallback ? { callBackUrl: `${hooksUrl}/hook` } : {}),
  };
}

function requestOf({ hooks }: World, { prompt, wantsCallback }: Order): object {
  return { ...testRequest(prompt), ...(wantsCallback ? { callBackUrl: `${hooks.url}/hook` } : {}) };
}

async function post({ gatewayUrl, secrets }: World, { tenant, key }: Order, path: string, body: unknown) {
  const headers = {
    authorization: `Bearer ${secrets.gatewayKeys[tenant]}`,
    ...(key === undefined ? {} : { 'idempotency-key': key }),
  };
  return (await call(gatewayUrl + path, { method: 'POST', headers, body }))?.body;
}
