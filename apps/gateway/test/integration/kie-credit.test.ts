import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startPool, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { startGateway } from '../support.ts';

const CREDIT = '/api/v1/chat/credit';

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'kie-credit', workers: 0 });
});
afterAll(() => pool.stop());

test('credit is the balance of the account, read once for many callers', async () => {
  pool.simulator.configure({ credits: 5916.25 });
  let asked = 0;
  const gateway = await startGateway({ pool });
  const { kie } = gateway.deps;
  const counting = await startGateway({
    pool,
    deps: {
      kie: { ...kie, credits: (options) => ((asked += 1), kie.credits(options)), close: () => Promise.resolve() },
    },
  });
  const answers = await Promise.all(Array.from({ length: 20 }, () => counting.ask(CREDIT)));
  for (const { status, body } of answers) {
    expect([status, body]).toEqual([200, { code: 200, msg: 'success', data: 5916.25 }]);
  }
  expect((await counting.ask(CREDIT)).status).toBe(200);
  expect(asked).toBe(1);
});

test('credit is the last one known while Kie refuses, and unknown is 503, never 429 or 402', async () => {
  const other = await startPool({ redisUrl: inject('redisUrl'), name: 'credit', workers: 0 });
  try {
    other.simulator.script([{ on: 'credit', when: { times: 'always' }, fault: { kind: 'status429' } }]);
    const answer = await (await startGateway({ pool: other })).ask(CREDIT);
    expect([answer.status, answer.body.code, answer.body.data]).toEqual([503, 503, null]);
    expect(answer.headers.get('retry-after')).toBe('10');
    await other.redis.client.hset(`${other.ledger.root}stats`, 'balance', '12.5');
    const last = await (await startGateway({ pool: other })).ask(CREDIT);
    expect(last.body).toMatchObject({ code: 200, data: 12.5 });
    expect(last.headers.get('x-kieq-warnings')).toContain('the last known balance, of unknown age');
  } finally {
    await other.stop();
  }
});

test('credit that no worker has read lately is marked as old', async () => {
  const other = await startPool({ redisUrl: inject('redisUrl'), name: 'credit-old', workers: 0 });
  try {
    other.simulator.script([{ on: 'credit', when: { times: 'always' }, fault: { kind: 'status429' } }]);
    await other.ledger.gates.noteBalance(950);
    const { ask } = await startGateway({ pool: other });
    const fresh = await ask(CREDIT);
    expect([fresh.body.data, fresh.headers.get('x-kieq-warnings')]).toEqual([950, null]);
    await other.redis.client.hincrby(`${other.ledger.root}stats`, 'balanceAt', -7_200_000);
    const old = await ask(CREDIT);
    expect([old.body.data, old.headers.get('x-kieq-warnings')]).toEqual([
      950,
      'data is the last known balance, 120 min old: Kie does not return the current one',
    ]);
  } finally {
    await other.stop();
  }
});
