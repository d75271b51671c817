import type { FaultRule } from '@kieq/simulator';
import { describe, test } from 'vitest';
import { testRequest, until, type PoolFixture } from '../../src/index.ts';
import { charges, inState, numbered, openPool, posts, records } from './support.ts';

const RELAY = { kind: 'code', code: 422, msg: 'channel not found' } as const;
const always = (fault: Extract<FaultRule, { on: 'createTask' }>['fault'], prompt?: string): FaultRule => ({
  on: 'createTask',
  when: { times: 'always', ...(prompt === undefined ? {} : { prompt }) },
  fault,
});

async function enqueueFor(pool: PoolFixture, tenant: string, prompts: readonly string[], priority = 100) {
  const items = await pool.producer.enqueueMany(
    prompts.map((prompt) => ({ request: testRequest(prompt), options: { tenant, priority } })),
  );
  return items.map((item) => {
    if (!item.ok) throw item.error;
    return item.handle.id;
  });
}

function refusing(pool: PoolFixture) {
  return until(
    async () => (await pool.ledger.gates.closed()).find(({ reason }) => reason === 'refusing'),
    () => true,
  );
}

const deadLetters = async (pool: PoolFixture, ids: readonly string[]) =>
  (await records(pool, ids)).map(({ deadLetter }) => deadLetter?.class);

const closures = async (pool: PoolFixture) => (await pool.ledger.read.stats())['gate:refusing'] ?? 0;

describe.concurrent('an endpoint that refuses everything in the same words', () => {
  // @guarantee G5
  test.for([
    { what: 'a relay without channels', fault: RELAY },
    { what: 'a wrong address', fault: { kind: 'code', code: 404, msg: 'Not Found' } as const },
  ])('$what: 40 of 40 stay queued, and are made when it is mended', async ({ fault }, context) => {
    const { expect } = context;
    const pool = await openPool(context, 'refusing', {
      workers: 2,
      timings: { canaryFirstMs: 100, canaryCapMs: 200, validationRetryMs: 1000 },
    });
    pool.simulator.script([always(fault)]);
    const prompts = numbered('n', 40);
    const ids = await pool.enqueue(...prompts);
    const { since } = await refusing(pool);
    await until(
      () => records(pool, ids),
      (all) => all.flatMap(({ attempts }) => attempts).filter(({ canary }) => canary === true).length >= 4,
    );
    const all = await records(pool, ids);
    expect(all.map(({ state }) => state).filter((state) => state === 'dead')).toEqual([]);
    const later = all.flatMap(({ attempts }) => attempts).filter(({ admittedAt }) => admittedAt > since);
    expect(later.filter(({ canary }) => canary !== true)).toEqual([]);

    pool.simulator.clearFaults();
    await inState(pool, 'succeeded', prompts.length);
    expect(await pool.ledger.gates.closed()).toEqual([]);
    expect(charges(pool)).toEqual(Object.fromEntries(prompts.map((prompt) => [prompt, 1])));
  });

  // @guarantee G5
  test('a bad batch of one tenant next to good ones does not close it, and becomes dead letters', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'refusing', { concurrency: 4 });
    pool.simulator.script([always(RELAY, 'bad')]);
    await pool.ledger.gates.pause('until all are there');
    const [bad, good] = [numbered('bad', 30), numbered('good', 10)];
    const [worse, better] = [await enqueueFor(pool, 'bad', bad, 1), await enqueueFor(pool, 'good', good)];
    await pool.ledger.gates.open('paused');
    await inState(pool, 'succeeded', good.length);
    await inState(pool, 'dead', bad.length);
    expect(new Set(await deadLetters(pool, worse))).toEqual(new Set(['invalid_request']));
    expect(await deadLetters(pool, better)).toEqual(better.map(() => undefined));
  });

  test('a bad batch that is alone closes it; another tenant opens it at once, and the batch becomes dead letters', async (context) => {
    const { expect } = context;
    // No canary by time.
    const pool = await openPool(context, 'refusing', { timings: { canaryFirstMs: 60_000, canaryCapMs: 60_000 } });
    pool.simulator.script([always(RELAY, 'bad')]);
    const worse = await enqueueFor(pool, 'bad', numbered('bad', 12));
    await refusing(pool);
    const [id = ''] = await enqueueFor(pool, 'good', ['good']);
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    await inState(pool, 'dead', worse.length);
    expect(new Set(await deadLetters(pool, worse))).toEqual(new Set(['invalid_request']));
    expect(await closures(pool)).toBe(1);
  });

  // @guarantee G5
  test('its canaries rotate over tenants; one that is refused while another pair is accepted becomes a dead letter', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'refusing', {
      concurrency: 1,
      timings: { canaryFirstMs: 100, canaryCapMs: 200, validationRetryMs: 1000 },
    });
    pool.simulator.script([always(RELAY)]);
    await pool.ledger.gates.pause('until all are there');
    // The first tenant's are always at the head.
    const first = await enqueueFor(pool, 'one', numbered('one', 8), 1);
    const others = [...(await enqueueFor(pool, 'two', ['two'])), ...(await enqueueFor(pool, 'three', ['three']))];
    await pool.ledger.gates.open('paused');
    await refusing(pool);
    await until(
      async () => [posts(pool, 'two').length, posts(pool, 'three').length],
      (asked) => asked.every((count) => count >= 2),
    );
    expect(await deadLetters(pool, [...first, ...others])).toEqual([...first, ...others].map(() => undefined));

    pool.simulator.clearFaults();
    pool.simulator.script([always(RELAY, 'one')]);
    await inState(pool, 'succeeded', others.length);
    await inState(pool, 'dead', first.length);
    expect(new Set(await deadLetters(pool, first))).toEqual(new Set(['invalid_request']));
    expect(charges(pool)).toEqual({ two: 1, three: 1 });
  });

  test('the same words that name a field close nothing: each becomes a dead letter', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'refusing');
    pool.simulator.script([always({ ...RELAY, msg: 'duration is wrong' })]);
    const ids = await pool.enqueue(...numbered('n', 10));
    await inState(pool, 'dead', ids.length);
    expect(await closures(pool)).toBe(0);
  });
});
