import { signWebhook } from '@kieq/kie';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startPool, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { runningTask } from '../../../../packages/testkit/src/running-task.ts';
import { openCallbackPool } from '../callback-pool.ts';
import { openRaw } from '../raw-http.ts';
import { startGateway } from '../support.ts';

const WRONG = '/callbacks/kie/gen_nobody00000/guessed';

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'callback-door', workers: 0 });
});
afterAll(() => pool.stop());

const post = (path: string, length: number) => [`POST ${path} HTTP/1.1`, 'Host: kieq', `Content-Length: ${length}`];

describe('before a byte of the body is kept', () => {
  test.each([
    ['an unknown generation', () => WRONG],
    ['a wrong token', async () => `/callbacks/kie/${(await runningTask(pool)).id}/guessed`],
    ['what is no id', () => '/callbacks/kie/x/t'],
  ])('%s is refused, in the same words, and hung up on', async (_what, pathOf) => {
    const gateway = await startGateway({ pool });
    // 256 KiB are announced, and most of them never come.
    const stalled = openRaw(gateway.url, post(await pathOf(), 262_144), 'x'.repeat(50_000));
    const said = await stalled.closed();
    expect(said).toMatch(/^HTTP\/1\.1 404 /);
    expect(said.toLowerCase()).toContain('connection: close');
    expect(said).toContain('{"code":404,"msg":"There is no such address for callbacks.","data":null}');
  });

  test('a short body that never arrives is not waited for, of a callback or of an unauthenticated request', async () => {
    const gateway = await startGateway({ pool, keys: [{ key: 'a-key', tenant: 'a' }], limits: { lingerMs: 20 } });
    const callback = openRaw(gateway.url, post(WRONG, 100));
    const stranger = openRaw(gateway.url, post('/v1/generations', 100));
    expect(await callback.closed()).toMatch(/^HTTP\/1\.1 404 /);
    expect(await stranger.closed()).toMatch(/^HTTP\/1\.1 401 /);
  });

  test('unauthenticated clients keep no connection', async () => {
    const gateway = await startGateway({ pool, keys: [{ key: 'a-key', tenant: 'a' }] });
    expect(await openRaw(gateway.url, post(WRONG, 2), '{}').closed()).toMatch(/^HTTP\/1\.1 404 [^]*"data":null}$/);
    const stranger = openRaw(gateway.url, post('/v1/generations', 2), '{}');
    expect(await stranger.closed()).toMatch(/^HTTP\/1\.1 401 [^]*}$/);
  });

  test('the number of lookups at once is bounded', async () => {
    let answer: (knows: boolean) => void = () => undefined;
    const slow = new Promise<boolean>((resolve) => (answer = resolve));
    const { ledger } = pool;
    const callbackAuth = { ...ledger.callbackAuth, knows: () => slow };
    const gateway = await startGateway({
      pool,
      deps: { ledger: { ...ledger, callbackAuth } },
      limits: { callbackLookups: 1 },
    });
    const first = gateway.ask(WRONG, { body: {} });
    await expect.poll(async () => (await gateway.ask(WRONG, { body: {} })).status).toBe(503);
    expect((await gateway.ask(WRONG, { body: {} })).headers.get('retry-after')).toBe('2');
    answer(false);
    expect((await first).status).toBe(404);
    expect(await gateway.deps.metrics.registry.metrics()).toMatch(/gateway_refusals_total\{limit="lookups"\} [1-9]/);
  });

  test('a signature that the headers show to be wrong is reported, as `kieq doctor` needs it', async () => {
    const gateway = await startGateway({ pool, kieWebhookHmacKey: 'the-key' });
    const at = Math.floor(Date.now() / 1000);
    const headers = (key: string) => ({
      'x-kieq-task': 'probe',
      'x-webhook-timestamp': String(at),
      'x-webhook-signature': signWebhook('probe', at, key),
    });
    expect((await gateway.ask(WRONG, { body: {}, headers: headers('the-key') })).status).toBe(404);
    expect((await gateway.ask(WRONG, { body: {}, headers: headers('another') })).status).toBe(401);
  });
});

describe('with a valid address', () => {
  test('the body has seconds to come, whether it stalls or drips', async () => {
    const gateway = await startGateway({ pool, limits: { callbackBodyMs: 50 } });
    const { path, id } = await runningTask(pool);
    const stalled = openRaw(gateway.url, post(path, 262_144), '{');
    const said = await stalled.closed();
    expect(said).toMatch(/^HTTP\/1\.1 408 /);
    expect(said).toContain('"code":408');
    expect((await pool.ledger.read.generation(id))?.callbacksSeen).toBe(0);
    const slow = await startGateway({ pool, limits: { paceMs: 30, paceBytes: 1000 } });
    const dripping = openRaw(slow.url, post(path, 262_144), '{');
    const drip = setInterval(() => dripping.socket.write(' '), 5);
    expect(await dripping.closed()).toContain('arrived too slowly');
    clearInterval(drip);
  });

  test('the largest request is taken as Kie echoes it: escaped twice, with nine bytes for a character', async () => {
    const gateway = await startGateway({ pool });
    const { path, id, taskId } = await runningTask(pool);
    const escaped = (value: object): string => JSON.stringify(value).replaceAll('<', String.raw`\u003c`);
    const input = escaped({ prompt: '<'.repeat(262_000), image_urls: ['https://example.com/cat.jpg'] });
    const param = escaped({ model: 'kling-2.6/image-to-video', input, callBackUrl: `https://kieq.example${path}` });
    const body = JSON.stringify({ code: 200, msg: 'success', data: { taskId, param } });
    expect(body.length).toBeGreaterThan(9 * 262_000);
    expect((await gateway.ask(path, { body })).status).toBe(200);
    expect((await pool.ledger.read.generation(id))?.callbacksSeen).toBe(1);
  });
});

describe('a pool', () => {
  test('without a PUBLIC_URL takes no callback, and looks up no address', async () => {
    const { path, taskId } = await runningTask(pool);
    let asked = 0;
    const { ledger } = pool;
    const callbackAuth = {
      ...ledger.callbackAuth,
      knows: (...which: Parameters<typeof ledger.callbackAuth.knows>) => {
        asked += 1;
        return ledger.callbackAuth.knows(...which);
      },
      isOpen: () => Promise.resolve(false),
    };
    const deps = { ledger: { ...ledger, callbackAuth } };
    const gateway = await startGateway({ pool, takesCallbacks: false, deps });
    const answer = await gateway.ask(path, { body: { taskId } });
    expect(answer).toMatchObject({ status: 404, body: { msg: expect.stringContaining('PUBLIC_URL') } });
    expect(asked).toBe(0);
    // A gateway that has one itself takes it.
    const own = await startGateway({ pool, takesCallbacks: true, deps });
    expect((await own.ask(path, { body: { taskId } })).status).toBe(200);
  });

  test('takes them once a worker with PUBLIC_URL has started', async () => {
    const simulator = { generation: { kind: 'fixed', ms: 600_000 } } as const;
    const flow = await openCallbackPool('cb-door', { simulator }, { takesCallbacks: false });
    expect(await flow.pool.redis.client.hget(`${flow.pool.ledger.root}callbacks`, 'publicUrl')).toBe(flow.gateway.url);
    const { id } = await flow.submit('told by its callback');
    flow.pool.simulator.finish();
    await flow.pool.recordWhen(id, ({ state }) => state === 'succeeded');
  });
});
