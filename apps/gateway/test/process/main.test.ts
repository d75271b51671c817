import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { accountFingerprint } from '@kieq/config';
import { signWebhook } from '@kieq/kie';
import { startPool, testRequest, TEST_KEY, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { startApp, type AppProcess } from '../../../../packages/testkit/src/processes.ts';
import { runningTask } from '../../../../packages/testkit/src/running-task.ts';
import { until } from '../../../../packages/testkit/src/until.ts';

const KEYS = { GATEWAY_API_KEYS: 'a-key-of-a:a,a-key-of-op:*' };
const CREATE = '/api/v1/jobs/createTask';
const post = { method: 'POST', body: JSON.stringify(testRequest('by a process')) };

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'gateway-main', workers: 0 });
});
afterAll(() => pool.stop());

type Environment = Readonly<Record<string, string>>;

/** The environment of a gateway of the pool. */
function environmentOf(more: Environment): Environment {
  return {
    REDIS_URL: pool.redis.url,
    KIEQ_PREFIX: pool.redis.prefix,
    KIE_API_KEY: TEST_KEY,
    KIE_BASE_URL: pool.simulator.url,
    GATEWAY_PORT: '0',
    ...more,
  };
}

async function start(environment: Environment = {}): Promise<AppProcess & { readonly url: string }> {
  const gateway = await startApp('gateway', environmentOf(environment));
  onTestFinished(() => gateway.signal('SIGKILL'));
  return { ...gateway, url: String(gateway.first['url']) };
}

/** What it says when it does not start, which is by exit code 2. */
async function refusal(environment: Environment): Promise<string> {
  const started = startApp('gateway', environmentOf(environment));
  const error: unknown = await started.catch((reason: unknown) => reason);
  if (!String(error).includes('gateway ended with 2: ')) throw new Error(`not refused: ${String(error)}`);
  return String(error);
}

test('logs its address first, serves, shows no key, and ends after SIGINT', async () => {
  const gateway = await start({ ...KEYS, GATEWAY_HOST: '0.0.0.0' });
  expect(gateway.first).toMatchObject({ app: 'gateway', msg: 'gateway listening', prefix: pool.redis.prefix, keys: 2 });
  const url = `${gateway.url.replace('0.0.0.0', '127.0.0.1')}${CREATE}`;
  expect((await fetch(url, post)).status).toBe(401);
  const answer = await fetch(url, { ...post, headers: { authorization: 'Bearer a-key-of-a' } });
  const { data } = (await answer.json()) as { data: { taskId: string } };
  expect((await pool.ledger.read.generation(data.taskId))?.tenant).toBe('a');
  gateway.signal('SIGINT');
  expect(await gateway.ended).toBe(0);
  expect(gateway.output()).toContain('gateway ended');
  expect(gateway.output()).not.toMatch(/a-key-of|test-key/);
});

test('asks for the signature of callbacks when KIE_WEBHOOK_HMAC_KEY is set, and shows neither key nor token', async () => {
  const key = 'webhook-key-of-the-test';
  const gateway = await start({ KIE_WEBHOOK_HMAC_KEY: key, PUBLIC_URL: 'http://127.0.0.1:1' });
  const { taskId, path, token } = await runningTask(pool);
  const callback = (headers: Record<string, string>) =>
    fetch(`${gateway.url}${path}`, { method: 'POST', headers, body: JSON.stringify({ data: { taskId } }) });
  expect((await callback({})).status).toBe(401);
  const at = Math.floor(Date.now() / 1000);
  const signature = signWebhook(taskId, at, key);
  expect((await callback({ 'x-webhook-timestamp': `${at}`, 'x-webhook-signature': signature })).status).toBe(200);
  await gateway.logged((line) => line['status'] === 200);
  expect(gateway.output()).not.toContain(key);
  expect(gateway.output()).not.toContain(token);
});

describe.concurrent('refuses to start', () => {
  // @guarantee G7
  test.each(['0.0.0.0', '::', 'gateway.example'])('beyond loopback without keys: %s', async (host) => {
    expect(await refusal({ GATEWAY_HOST: host })).toContain('GATEWAY_API_KEYS');
  });

  test('with another account than its pool', async () => {
    const text = await refusal({ KIE_API_KEY: 'a-staging-key' });
    expect(text).toContain(`accountFingerprint: the pool has ${accountFingerprint(TEST_KEY)}`);
    expect(text).toContain('kieq config set');
    expect(text).not.toContain('a-staging-key');
  });

  test('on a port that is taken', async () => {
    const port = new URL(pool.simulator.url).port;
    expect(await refusal({ GATEWAY_PORT: port })).toContain('GATEWAY_PORT');
  });

  test('without Redis', async () => {
    expect(await refusal({ REDIS_URL: '' })).toContain('REDIS_URL is required');
    const away = await refusal({ REDIS_URL: 'redis://user:hunter2@127.0.0.1:1', KIEQ_REDIS_WAIT_MS: '100' });
    expect(away).toMatch(/Redis at redis:\/\/user:\*\*\*@127.0.0.1:1 cannot be used/);
  });
});

describe('ends', () => {
  // @guarantee G8
  test('after SIGTERM by telling load balancers first, and once, however often it is told', async () => {
    const gateway = await start({ KIEQ_SHUTDOWN_GRACE_MS: '10000' });
    gateway.signal('SIGTERM');
    const ready = await until(
      async () => (await fetch(`${gateway.url}/readyz`)).status,
      (status) => status !== 200,
    );
    expect(ready).toBe(503);
    expect((await fetch(`${gateway.url}${CREATE}`, post)).status).toBe(200);
    gateway.signal('SIGTERM');
    gateway.signal('SIGINT');
    expect(await gateway.ended).toBe(0);
    await expect(fetch(`${gateway.url}/healthz`)).rejects.toThrow();
  });

  // @guarantee G8
  test('when running requests have finished', async () => {
    pool.simulator.script([{ on: 'credit', fault: { kind: 'hold' } }]);
    const gateway = await start();
    const running = fetch(`${gateway.url}/api/v1/chat/credit`);
    await until(
      () => pool.simulator.summary().faultsLeft,
      (left) => left === 0,
    );
    gateway.signal('SIGINT');
    await gateway.logged(({ msg }) => msg === 'shutting down');
    expect(pool.simulator.release()).toBe(1);
    expect((await running).status).toBe(200);
    expect(await gateway.ended).toBe(0);
  });

  // @guarantee G8
  test('at the latest when the grace is over', async () => {
    pool.simulator.script([{ on: 'credit', fault: { kind: 'hold' } }]);
    const gateway = await start({ KIEQ_SHUTDOWN_GRACE_MS: '300' });
    const running = fetch(`${gateway.url}/api/v1/chat/credit`).catch(() => 'cut off');
    await until(
      () => pool.simulator.summary().faultsLeft,
      (left) => left === 0,
    );
    gateway.signal('SIGTERM');
    expect(await gateway.ended).toBe(0);
    expect(await running).toBe('cut off');
    expect(gateway.output()).toContain('the grace period is over');
    pool.simulator.release();
  });
});
