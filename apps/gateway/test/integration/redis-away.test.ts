import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startPool, testRequest, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { startTcpProxy } from '../../../../packages/testkit/src/tcp-proxy.ts';
import { until } from '../../../../packages/testkit/src/until.ts';
import { startGateway } from '../support.ts';

const CREATE = '/api/v1/jobs/createTask';
const native = (code: string) => ({ error: { code, message: expect.any(String) } });
const kie = (code: number) => ({ code, msg: expect.any(String), data: null });

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'redis-away', workers: 0 });
});
afterAll(() => pool.stop());

describe('Redis away', () => {
  test('is 503 with Retry-After in both envelopes, at once, and over when it is back', async () => {
    const proxy = await startTcpProxy(addressOf(inject('redisUrl')));
    const gateway = await startGateway({ pool, redisUrl: `redis://127.0.0.1:${proxy.port}` });
    const known = (await gateway.ask(CREATE, { body: testRequest('before') })).body.data.taskId;
    await proxy.close();
    const asked: readonly (readonly [string, object, unknown])[] = [
      [CREATE, { body: testRequest('during') }, kie(503)],
      [`/api/v1/jobs/recordInfo?taskId=${known}`, {}, kie(503)],
      [`/v1/generations/${known}`, {}, native('unavailable')],
    ];
    for (const [path, options, body] of asked) {
      const startedAt = performance.now();
      const answer = await until(
        () => gateway.ask(path, options),
        ({ status }) => status !== 200,
      );
      expect([answer.status, answer.body]).toEqual([503, body]);
      expect(answer.headers.get('retry-after')).toBe('2');
      expect(performance.now() - startedAt).toBeLessThan(7000);
    }
    const ready = await gateway.ask('/readyz');
    expect([ready.status, ready.body.status]).toEqual([503, 'failing']);
    expect((await gateway.ask('/healthz')).status).toBe(200);
  });

  test('and returning is detected without a restart', async () => {
    const proxy = await startTcpProxy(addressOf(inject('redisUrl')));
    const gateway = await startGateway({ pool, redisUrl: `redis://127.0.0.1:${proxy.port}` });
    proxy.cut();
    // The producer has a connection of its own, which comes back when it likes.
    await until(
      () => gateway.ask(CREATE, { body: testRequest('after') }),
      ({ status }) => status === 200,
    );
    const ready = await until(
      () => gateway.ask('/readyz'),
      ({ status }) => status === 200,
    );
    expect(ready.body.status).toBe('ok');
    await gateway.app.close();
    await proxy.close();
  });

  test('a Redis that takes no writes is 503 too', async () => {
    const refusing = { enqueue: () => Promise.reject(new Error('OOM command not allowed')) };
    const gateway = await startGateway({ pool, deps: {} });
    const { producer } = gateway.deps;
    const full = await startGateway({
      pool,
      deps: { producer: { ...producer, ...refusing, close: () => Promise.resolve() } },
    });
    const answer = await full.ask(CREATE, { body: testRequest('x') });
    expect([answer.status, answer.body, answer.headers.get('retry-after')]).toEqual([503, kie(503), '2']);
  });
});

function addressOf(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}
