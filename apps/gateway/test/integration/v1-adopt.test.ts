import { beforeAll, afterAll, describe, expect, inject, test } from 'vitest';
import { startPool, testRequest, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { KEYS, startGateway, type GatewayFixture } from '../support.ts';

let proving: PoolFixture;
let plain: PoolFixture;
let gateway: GatewayFixture;
beforeAll(async () => {
  const simulator = { callback: { retries: 0 }, generation: { kind: 'fixed', ms: 600_000 } } as const;
  const shared = { redisUrl: inject('redisUrl'), name: 'v1-adopt', simulator };
  // Nobody listens there, so callbacks are lost; the address alone proves whose task it is.
  proving = await startPool({ ...shared, worker: { publicUrl: 'http://127.0.0.1:9' } });
  plain = await startPool(shared);
});
afterAll(async () => {
  await proving.stop();
  await plain.stop();
});

let made = 0;

/** A generation whose createTask response was lost, its task, and the way to adopt it. */
async function orphan(pool: PoolFixture, tenant = 'a', prompt = `orphan ${(made += 1)}`) {
  pool.simulator.script([{ on: 'createTask', when: { prompt }, fault: { kind: 'cutAfter' } }]);
  const { id } = await pool.producer.enqueue(testRequest(prompt), { tenant });
  await pool.recordWhen(id, ({ state }) => state === 'unknown');
  const taskId = pool.simulator.ledger.submissions().findLast((one) => one.prompt === prompt)?.taskId ?? '';
  gateway = await startGateway({ pool, keys: [...KEYS] });
  const adopt = (body: unknown, key = 'key-of-a') => gateway.ask(`/v1/generations/${id}/adopt`, { body, key });
  return { id, taskId, adopt };
}

describe('POST /v1/generations/:id/adopt', () => {
  test.each(['key-of-a', 'key-of-op'])('binds a task that proves itself, for %s', async (key) => {
    const { id, taskId, adopt } = await orphan(proving);
    expect(await adopt({ taskId }, key)).toMatchObject({ status: 200, body: { id, attempt: 1, state: 'generating' } });
    proving.simulator.finish({ taskId });
    expect(await proving.recordWhen(id, ({ state }) => state === 'succeeded')).toMatchObject({ taskId });
  });

  test('the same again is the same', async () => {
    const { taskId, adopt } = await orphan(proving);
    const first = await adopt({ taskId });
    expect(first.body).toMatchObject({ already: false });
    expect(await adopt({ taskId })).toMatchObject({ status: 200, body: { ...first.body, already: true } });
  });

  test('another tenant does not learn that it exists, and changes nothing', async () => {
    const { id, taskId, adopt } = await orphan(proving);
    expect(await adopt({ taskId }, 'key-of-b')).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
    expect((await proving.ledger.read.generation(id))?.state).toBe('unknown');
  });

  test('refuses a body that breaks the rules', async () => {
    const { adopt } = await orphan(proving);
    for (const body of [{}, { taskId: '' }, { taskId: 'a b' }, { taskId: 1 }, { taskId: 't', sure: true }])
      expect(await adopt(body)).toMatchObject({ status: 422, body: { error: { code: 'invalid_request' } } });
  });

  test.each(['not-of-kie', 'of-another'])('is refused for a task %s, with the reason', async (which) => {
    const other = await orphan(proving);
    const { id, adopt } = await orphan(proving);
    const answer = await adopt({ taskId: which === 'not-of-kie' ? 'nobody' : other.taskId, confirm: true });
    expect(answer).toMatchObject({ status: 409, body: { error: { code: 'not_adopted' } } });
    expect(answer.body.error.message).toContain(which === 'not-of-kie' ? 'does not know' : other.id);
    expect((await proving.ledger.read.generation(id))?.state).toBe('unknown');
  });

  test("is refused for another tenant's task without telling whose it is, bound or not", async () => {
    const [lost, other] = [await orphan(proving), await orphan(proving, 'b')];
    const byToken = await lost.adopt({ taskId: other.taskId });
    const operator = await lost.adopt({ taskId: other.taskId }, 'key-of-op');
    expect([byToken.status, operator.status]).toEqual([409, 409]);
    expect(byToken.body.error.message).toBe("the task's callback address names another generation");
    expect(operator.body.error.message).toContain(other.id);

    const bound = await plain.producer.enqueue(testRequest('alike'), { tenant: 'b' });
    const { taskId = '' } = await plain.recordWhen(bound.id, ({ state }) => state === 'generating');
    const twin = await orphan(plain, 'a', 'alike');
    const answer = await twin.adopt({ taskId, confirm: true });
    expect([answer.status, answer.body.error.message]).toEqual([409, 'this task belongs to another generation']);
  });

  test('without a callback address it needs a confirmation', async () => {
    const { taskId, adopt } = await orphan(plain);
    const answer = await adopt({ taskId });
    expect(answer).toMatchObject({ status: 409, body: { error: { code: 'not_adopted' } } });
    expect(answer.body.error.message).toContain('"confirm": true');
    expect(await adopt({ taskId, confirm: true })).toMatchObject({ status: 200, body: { state: 'generating' } });
  });

  test('one that differs may be another tenant’s: a tenant learns only the fields, an operator sees the values and may confirm', async () => {
    const [lost, other] = [await orphan(plain, 'a', 'a wish of a'), await orphan(plain, 'b', 'a wish of b')];
    const byTenant = await lost.adopt({ taskId: other.taskId, confirm: true });
    expect(byTenant).toMatchObject({ status: 409, body: { error: { code: 'not_adopted' } } });
    expect(byTenant.body.error.message).toContain('differs from the request in input.prompt; only an operator can');
    expect(byTenant.body.error.message).not.toContain('wish');
    const asked = await lost.adopt({ taskId: other.taskId }, 'key-of-op');
    expect(asked.status).toBe(409);
    expect(asked.body.error.message).toContain('input.prompt should be "a wish of a" and is "a wish of b"');
    expect(await lost.adopt({ taskId: other.taskId, confirm: true }, 'key-of-op')).toMatchObject({ status: 200 });
    const { attempts } = await plain.recordWhen(lost.id, ({ state }) => state === 'generating');
    expect(attempts[0]?.evidence?.summary).toContain(
      '(over HTTP, by an operator), although it differs in input.prompt',
    );
  });
});
