import { gzipSync } from 'node:zlib';
import { signWebhook } from '@kieq/kie';
import { createLogger } from '@kieq/telemetry';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startPool, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { runningTask, type RunningTask } from '../../../../packages/testkit/src/running-task.ts';
import { startTcpProxy } from '../../../../packages/testkit/src/tcp-proxy.ts';
import { KEYS, startGateway, type GatewayFixture } from '../support.ts';

const WEBHOOK_KEY = 'webhook-key-of-the-test';
let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'receiver', workers: 0 });
});
afterAll(() => pool.stop());

const running = () => runningTask(pool);

const kie = (taskId: string, more: object = {}) => ({ code: 200, msg: 'success', data: { taskId, ...more } });

async function count(gateway: GatewayFixture, outcome: string): Promise<number> {
  const { values } = await gateway.deps.metrics.callbacks.get();
  return values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0;
}

const raw = (id: string) => pool.redis.client.hgetall(`${pool.ledger.root}gen:${id}`);

/** All that a callback may change of a running task: a count, and the time of the next poll. */
async function essence(id: string): Promise<Record<string, string>> {
  const { hints: _hints, nextPollAt: _nextPollAt, ...rest } = await raw(id);
  return rest;
}

const hintsOf = async (id: string) => (await pool.ledger.read.generation(id))?.callbacksSeen;

describe('a callback with a valid address', () => {
  test.each<[string, (taskId: string) => unknown]>([
    ['data.taskId', (taskId) => kie(taskId)],
    ['data.task_id', (task_id) => ({ code: 501, msg: 'failed', data: { task_id } })],
    ['taskId at top level', (taskId) => ({ taskId })],
    ['task_id at top level', (task_id) => ({ task_id })],
    ['no task at all', () => ({})],
  ])('is taken with %s, and changes nothing but the count and the time of the next poll', async (_form, bodyOf) => {
    const gateway = await startGateway({ pool, keys: [...KEYS] });
    const { id, taskId, path } = await running();
    const before = await essence(id);
    const answer = await gateway.ask(path, { body: bodyOf(taskId) });
    expect(answer).toMatchObject({ status: 200, body: { code: 200, msg: 'success' } });
    expect(await hintsOf(id)).toBe(1);
    expect(await essence(id)).toEqual(before);
    expect(await count(gateway, 'hinted')).toBe(1);
  });

  test('is taken although the prompt that it repeats is no UTF-8, but not with an id that is none', async () => {
    const gateway = await startGateway({ pool });
    const { id, taskId, path } = await running();
    const latin = (body: object): Buffer => Buffer.from(JSON.stringify(body), 'latin1');
    expect((await gateway.ask(path, { body: latin(kie(taskId, { param: 'caf\u00e9' })) })).status).toBe(200);
    expect(await hintsOf(id)).toBe(1);
    const refused = await gateway.ask(path, { body: latin(kie('caf\u00e9')) });
    expect([refused.status, await hintsOf(id), await count(gateway, 'malformed')]).toEqual([400, 1, 1]);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'nonsense', ''])(
    'is read as JSON whatever its type: %o',
    async (type) => {
      const gateway = await startGateway({ pool });
      const { id, taskId, path } = await running();
      const body = Buffer.from(JSON.stringify(kie(taskId)));
      expect(await gateway.ask(path, { body, headers: type === '' ? {} : { 'content-type': type } })).toMatchObject({
        status: 200,
      });
      expect(await hintsOf(id)).toBe(1);
    },
  );

  test('that names another task differs only in the metric', async () => {
    const gateway = await startGateway({ pool });
    const { id, path } = await running();
    const before = await essence(id);
    expect((await gateway.ask(path, { body: kie('somebody-elses') })).status).toBe(200);
    expect(await essence(id)).toEqual(before);
    expect(await count(gateway, 'foreign')).toBe(1);
  });

  test('reports its age, unless that makes no sense', async () => {
    const gateway = await startGateway({ pool });
    const { taskId, path } = await running();
    for (const completeTime of [Date.now() - 2000, Date.now() + 60_000, 0, 'yesterday', null])
      await gateway.ask(path, { body: kie(taskId, { completeTime }) });
    const { values } = await gateway.deps.metrics.callbackAgeSeconds.get();
    const named = (end: string) => values.find(({ metricName }) => metricName?.endsWith(end) === true)?.value;
    expect(named('_count')).toBe(1);
    expect(named('_sum')).toBeGreaterThanOrEqual(2);
    expect(named('_sum')).toBeLessThan(10);
  });
});

describe('refused, without a trace in the record', () => {
  const cases: readonly (readonly [string, string, number, (run: RunningTask) => Parameters<GatewayFixture['ask']>])[] =
    [
      ['a wrong token', 'unknown', 404, ({ id, taskId }) => [`/callbacks/kie/${id}/guessed`, { body: kie(taskId) }]],
      [
        "another generation's token",
        'unknown',
        404,
        ({ token, taskId }) => [`/callbacks/kie/gen_nobody00000/${token}`, { body: kie(taskId) }],
      ],
      [
        'what is no id',
        'unknown',
        404,
        ({ token, taskId }) => [`/callbacks/kie/state:queued/${token}`, { body: kie(taskId) }],
      ],
      ['no body', 'malformed', 400, ({ path }) => [path, { method: 'POST' }]],
      ['no JSON', 'malformed', 400, ({ path }) => [path, { body: 'taskId=1' }]],
      ['half of JSON', 'malformed', 400, ({ path }) => [path, { body: '{"data":{"taskId":"1"' }]],
      ['a list', 'malformed', 400, ({ path }) => [path, { body: '[]' }]],
      [
        'too much',
        'malformed',
        413,
        ({ path, taskId }) => [path, { body: kie(taskId, { x: 'x'.repeat(3 * 1024 * 1024) }) }],
      ],
    ];

  test.each(cases)('%s is counted as %s and answered with %i', async (_what, outcome, status, call) => {
    const gateway = await startGateway({ pool });
    const run = await running();
    const before = await raw(run.id);
    const answer = await gateway.ask(...call(run));
    expect(answer).toMatchObject({ status, body: { code: status, msg: expect.any(String), data: null } });
    expect(await raw(run.id)).toEqual(before);
    expect(await count(gateway, outcome)).toBe(1);
  });

  test('a compressed body, and every other method', async () => {
    const gateway = await startGateway({ pool });
    const { id, taskId, path } = await running();
    const before = await raw(id);
    const body = gzipSync(JSON.stringify(kie(taskId)));
    expect((await gateway.ask(path, { body, headers: { 'content-encoding': 'gzip' } })).status).toBe(415);
    const answer = await gateway.ask(path);
    expect(answer).toMatchObject({ status: 405, body: { code: 405 } });
    expect(answer.headers.get('allow')).toContain('POST');
    expect(await raw(id)).toEqual(before);
  });
});

describe('with KIE_WEBHOOK_HMAC_KEY', () => {
  const now = () => Math.floor(Date.now() / 1000);
  function signed(taskId: string, at = now(), key = WEBHOOK_KEY): Record<string, string> {
    return { 'x-webhook-timestamp': String(at), 'x-webhook-signature': signWebhook(taskId, at, key) };
  }

  test('a signed callback is taken', async () => {
    const gateway = await startGateway({ pool, kieWebhookHmacKey: WEBHOOK_KEY });
    const { id, taskId, path } = await running();
    expect((await gateway.ask(path, { body: kie(taskId), headers: signed(taskId) })).status).toBe(200);
    expect(await hintsOf(id)).toBe(1);
  });

  // @guarantee G6
  test.each<[string, string, (taskId: string) => Record<string, string>]>([
    ['no signature', 'forged', () => ({})],
    ['a signature by another key', 'forged', (taskId) => signed(taskId, now(), 'another')],
    ['the signature of another task', 'forged', () => signed('another-task')],
    ['a signature of this morning', 'stale', (taskId) => signed(taskId, now() - 3600)],
    ['a signature of tomorrow', 'stale', (taskId) => signed(taskId, now() + 86_400)],
  ])('%s is refused as %s, and never reaches the ledger', async (_what, outcome, headersOf) => {
    const gateway = await startGateway({ pool, kieWebhookHmacKey: WEBHOOK_KEY });
    const { id, taskId, path } = await running();
    const before = await raw(id);
    const answer = await gateway.ask(path, { body: kie(taskId), headers: headersOf(taskId) });
    expect(answer).toMatchObject({ status: 401, body: { code: 401, data: null } });
    expect(await raw(id)).toEqual(before);
    expect(await count(gateway, outcome)).toBe(1);
  });
});

test('while Redis is away Kie is asked to try again', async () => {
  const { hostname: host, port } = new URL(pool.redis.url);
  const proxy = await startTcpProxy({ host, port: Number(port) });
  const gateway = await startGateway({ pool, redisUrl: `redis://127.0.0.1:${proxy.port}` });
  const { taskId, path } = await running();
  await proxy.close();
  const answer = await gateway.ask(path, { body: kie(taskId) });
  expect(answer).toMatchObject({ status: 503, body: { code: 503 } });
  expect(answer.headers.get('retry-after')).not.toBeNull();
});

test('neither the log nor the metrics have the token', async () => {
  const lines: string[] = [];
  const logger = createLogger({ name: 'gateway', level: 'trace', destination: { write: (line) => lines.push(line) } });
  const gateway = await startGateway({ pool, deps: { logger } });
  const { token, taskId, path } = await running();
  await gateway.ask(path, { body: kie(taskId) });
  await gateway.ask(`/callbacks/kie/gen_nobody00000/${token}`, { body: kie(taskId) });
  await expect.poll(() => lines.filter((line) => line.includes('/callbacks/kie/:generation/'))).toHaveLength(2);
  expect(lines.join('\n')).not.toContain(token);
  expect(await gateway.deps.metrics.registry.metrics()).not.toContain(token);
});
