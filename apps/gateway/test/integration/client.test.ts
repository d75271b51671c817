import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { createClientWith, type Client, type ClientOptions } from '../../../../packages/client/src/client.ts';
import { KieqError } from '../../../../packages/client/src/error.ts';
import { SYSTEM } from '../../../../packages/client/src/tools.ts';
import type { Fetch } from '../../../../packages/client/src/types.ts';
import { verifyWebhook } from '../../../../packages/client/src/webhook.ts';
import { startPool, testRequest, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { startReceiver } from '../../../../packages/testkit/src/receiver.ts';
import { startTcpProxy, type TcpProxy } from '../../../../packages/testkit/src/tcp-proxy.ts';
import { until } from '../../../../packages/testkit/src/until.ts';
import { KEYS, startGateway, type GatewayFixture } from '../support.ts';
import { bare } from '../v1-forms.ts';
import { PNG } from '../v1-images.ts';

/** `@kieq/client` against a real gateway, a real pool and a simulated Kie, whose ledger of charges is the oracle. */
const SECRET = `whsec_${Buffer.from('0123456789abcdef01234567').toString('base64')}`;
let pool: PoolFixture;
/** Without workers: what is enqueued stays queued. */
let idle: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'client', webhookSecret: SECRET });
  idle = await startPool({ redisUrl: inject('redisUrl'), name: 'client-idle', workers: 0 });
});
afterAll(async () => {
  await pool.stop();
  await idle.stop();
});

interface Fixture {
  readonly client: Client;
  /** What the client sent: method, path, and the event that it resumes after. */
  readonly calls: { readonly call: string; readonly after: string | null }[];
}

/** Pauses are a hundredth. */
function clientOf(url: string, options: Partial<ClientOptions> = {}): Fixture {
  const calls: Fixture['calls'] = [];
  const fetch: Fetch = (address, init) => {
    const after = new Headers(init.headers).get('last-event-id');
    calls.push({ call: `${init.method} ${new URL(address).pathname}`, after });
    return globalThis.fetch(address, init);
  };
  const tools = { ...SYSTEM, sleep: (ms: number, signal?: AbortSignal) => SYSTEM.sleep(ms / 100, signal) };
  return { client: createClientWith({ url, apiKey: KEYS[0].key, fetch, ...options }, tools), calls };
}

async function proxyTo({ url }: GatewayFixture): Promise<TcpProxy & { readonly url: string }> {
  const proxy = await startTcpProxy({ host: '127.0.0.1', port: Number(new URL(url).port) });
  onTestFinished(() => proxy.close());
  return { ...proxy, url: `http://127.0.0.1:${proxy.port}` };
}

async function errorOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => error,
  );
}

const charges = (prompt: string): number => pool.simulator.ledger.chargesByPrompt().get(prompt) ?? 0;

describe('generate', () => {
  test('gives the links of a video that was paid once, with each state on the way', async () => {
    const { client, calls } = clientOf((await startGateway({ pool, keys: KEYS })).url);
    const { model, input } = testRequest('client generates');
    const states: string[] = [];
    const generation = await client.generate(model, input, {
      metadata: { order: '4711' },
      onUpdate: ({ state }) => states.push(state),
    });
    expect(generation).toMatchObject({ state: 'succeeded', model, tenant: 'a', metadata: { order: '4711' } });
    expect(generation.resultUrls).toEqual([expect.stringMatching(/^http.+\.mp4$/)]);
    expect((await fetch(generation.resultUrls[0] ?? '')).headers.get('content-type')).toBe('video/mp4');
    expect([states[0], states.at(-1)]).toEqual(['queued', 'succeeded']);
    expect(calls.some(({ call }) => call.endsWith('/events'))).toBe(true);
    expect(charges('client generates')).toBe(1);
  });

  test('throws what Kie refuses, with the generation', async () => {
    const { client } = clientOf((await startGateway({ pool, keys: KEYS })).url);
    const { model, input } = testRequest('client fails');
    pool.simulator.script([
      { on: 'task', when: { prompt: 'client fails' }, fault: { kind: 'fail', failCode: '501', failMsg: 'no video' } },
    ]);
    const error = await errorOf(client.generate(model, input));
    expect(error).toBeInstanceOf(KieqError);
    expect(error).toMatchObject({ code: 'generation_failed', money: 'exists', generation: { failCode: '501' } });
  });

  test('a request that is cut after the gateway has taken it is repeated, and paid once', async () => {
    const gateway = await startGateway({ pool, keys: KEYS });
    const proxy = await proxyTo(gateway);
    const { client, calls } = clientOf(proxy.url);
    const { model, input } = testRequest('client cut');
    proxy.holdAnswersTo('client cut');
    const generating = client.generate(model, input);
    // Taken, worked on and paid, while its answer is still held.
    await pool.simulator.waitForSubmission(({ prompt }) => prompt === 'client cut');
    expect(calls).toHaveLength(1);
    proxy.cut();
    proxy.flow();
    expect((await generating).state).toBe('succeeded');
    expect(calls.filter(({ call }) => call === 'POST /v1/generations')).toHaveLength(2);
    expect(charges('client cut')).toBe(1);
  });

  test('with a key of the caller is the same generation, in whatever process', async () => {
    const { url } = await startGateway({ pool, keys: KEYS });
    const { model, input } = testRequest('client twice');
    const call = () => clientOf(url).client.generate(model, input, { idempotencyKey: 'client-twice' });
    const [first, second] = await Promise.all([call(), call()]);
    expect(second.id).toBe(first.id);
    expect(charges('client twice')).toBe(1);
    const other = await errorOf(
      clientOf(url).client.enqueue(model, { ...input, prompt: 'x' }, { idempotencyKey: 'client-twice' }),
    );
    expect(other).toMatchObject({ code: 'idempotency_conflict', status: 422, money: 'nothing_created' });
  });
});

describe('wait', () => {
  test('goes on after cuts of its stream where it was: no state is lost or told twice', async () => {
    const gateway = await startGateway({ pool: idle, keys: KEYS });
    const proxy = await proxyTo(gateway);
    const { client, calls } = clientOf(proxy.url);
    const { model, input } = testRequest('client resumes');
    const { id } = await client.enqueue(model, input, { delayMs: 3_600_000 });
    const states: string[] = [];
    const waiting = client.wait(id, { onUpdate: ({ state }) => states.push(state) });
    const connections = () => calls.filter(({ call }) => call.endsWith('/events'));
    await until(
      () => states,
      (all) => all.length === 1,
    );
    proxy.cut();
    await until(connections, (all) => all.length === 2);
    proxy.cut();
    await idle.ledger.cancel(id);
    expect((await waiting).state).toBe('cancelled');
    expect(states).toEqual(['queued', 'cancelled']);
    const [first, ...resumed] = connections();
    expect(first?.after).toBeNull();
    expect(resumed.length).toBeGreaterThan(0);
    for (const { after } of resumed) expect(after).toMatch(/^\d+-\d+$/);
  });

  test('polls where the gateway serves no more streams', async () => {
    const gateway = await startGateway({ pool: idle, keys: KEYS, limits: { eventStreams: 0 } });
    const { client, calls } = clientOf(gateway.url);
    const { model, input } = testRequest('client polls');
    const { id } = await client.enqueue(model, input, { delayMs: 3_600_000 });
    const waiting = client.wait(id);
    await until(
      () => calls.filter(({ call }) => call === `GET /v1/generations/${id}`),
      (polls) => polls.length > 1,
    );
    await client.cancel(id);
    expect((await waiting).state).toBe('cancelled');
  });

  test('is refused a generation of another tenant', async () => {
    const { url } = await startGateway({ pool: idle, keys: KEYS });
    const { model, input } = testRequest('client other');
    const { id } = await clientOf(url).client.enqueue(model, input, { delayMs: 3_600_000 });
    const other = clientOf(url, { apiKey: KEYS[1].key }).client;
    expect(await errorOf(other.wait(id))).toMatchObject({ code: 'not_found', status: 404 });
    expect(await errorOf(other.get(id))).toMatchObject({ code: 'not_found', status: 404 });
    expect(await errorOf(clientOf(url, { apiKey: 'wrong' }).client.get(id))).toMatchObject({ code: 'unauthorized' });
  });
});

test('cancel ends what is queued, again and again, and is too late for the rest', async () => {
  const { client } = clientOf((await startGateway({ pool: idle, keys: KEYS })).url);
  const { model, input } = testRequest('client cancels');
  const { id } = await client.enqueue(model, input, { delayMs: 3_600_000 });
  for (let i = 0; i < 2; i += 1) expect(await client.cancel(id)).toEqual({ id, state: 'cancelled' });
  const done = clientOf((await startGateway({ pool, keys: KEYS })).url).client;
  const ended = await done.generate(model, testRequest('client too late').input);
  expect(await errorOf(done.cancel(ended.id))).toMatchObject({ code: 'too_late', status: 409 });
});

test('upload: the image comes with the request, in the order of the links, and is the same request again', async () => {
  const { client } = clientOf((await startGateway({ pool, keys: KEYS })).url);
  const { model, input } = JSON.parse(JSON.stringify(bare('client uploads')));
  const call = async () =>
    client.generate(model, { ...input, image_urls: [await client.upload(PNG)] }, { idempotencyKey: 'client-uploads' });
  const { id, state } = await call();
  expect([state, (await call()).id, charges('client uploads')]).toEqual(['succeeded', id, 1]);
  const text = await client.upload(new Blob(['no image']));
  expect(await errorOf(client.enqueue(model, { ...input, image_urls: [text] }))).toMatchObject({
    code: 'invalid_request',
    money: 'nothing_created',
    problems: [{ rule: expect.stringContaining('JPEG, PNG or WebP') }],
  });
});

test('a batch is answered item by item, and a repetition pays nothing', async () => {
  const { client } = clientOf((await startGateway({ pool, keys: KEYS })).url);
  const items = ['client batch 1', '', 'client batch 3'].map((prompt, i) => ({
    ...testRequest(prompt),
    idempotencyKey: `client-batch-${i}`,
  }));
  const first = await client.enqueueMany(items);
  expect(first).toMatchObject([
    { ok: true, created: true },
    { ok: false, error: { code: 'invalid_request', problems: [{ field: 'input.prompt' }] } },
    { ok: true, created: true },
  ]);
  const second = await client.enqueueMany(items);
  expect(second.map((one) => one.ok && [one.id, one.created])).toEqual(first.map((one) => one.ok && [one.id, false]));
  for (const one of first) if (one.ok) expect((await client.wait(one.id)).state).toBe('succeeded');
  expect([charges('client batch 1'), charges('client batch 3')]).toEqual([1, 1]);
});

test('verifyWebhook takes what a worker delivers', async () => {
  const { client } = clientOf((await startGateway({ pool, keys: KEYS })).url);
  const receiver = await startReceiver();
  onTestFinished(() => receiver.stop());
  const { model, input } = testRequest('client webhook');
  const generation = await client.generate(model, input, { webhookUrl: `${receiver.url}/done` });
  const [delivery] = await until(
    () => receiver.received,
    (all) => all.length > 0,
  );
  const webhook = await verifyWebhook(['another', SECRET], delivery?.headers ?? {}, delivery?.text ?? '');
  expect(webhook).toMatchObject({ generation: generation.id, code: 200, resultUrls: generation.resultUrls });
  expect(generation.callBackUrl).toBe(`${receiver.url}/done`);
});
