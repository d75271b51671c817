import { describe, expect, test } from 'vitest';
import { bury, generating, openPool, settleArgs, type Pool } from './fixture.ts';

const KIND = 'm|5s';

/** Takes a new generation through a success that costs so many credits. */
async function bill(
  pool: Pool,
  creditsConsumed: number | undefined,
  price?: { kind: string; list: number | undefined },
) {
  const { id, taskId } = await generating(pool);
  const args = settleArgs(id, taskId);
  const { creditsConsumed: _own, ...verdict } = args.verdict;
  const billed = { ...verdict, ...(creditsConsumed === undefined ? {} : { creditsConsumed }) };
  return pool.ledger.settle({ ...args, verdict: billed, price });
}

const changes = async ({ ledger }: Pool) => (await ledger.read.stats())['price_changed'] ?? 0;

describe('billed prices', () => {
  test('are learned once per verdict, the last one wins', async () => {
    const pool = await openPool('verdicts');
    const { id, taskId } = await generating(pool);
    const args = { ...settleArgs(id, taskId), price: { kind: KIND, list: 55 } };
    await Promise.all([pool.ledger.settle(args), pool.ledger.settle(args)]);
    await pool.ledger.settle(args);
    const first = await pool.ledger.read.billedPrice(KIND);
    expect(first).toMatchObject({ credits: 55.5, count: 1, list: 55 });
    expect(first).not.toHaveProperty('before');
    await bill(pool, 56, { kind: KIND, list: 55 });
    expect(await pool.ledger.read.billedPrice(KIND)).toMatchObject({ credits: 56, count: 2, since: first?.since });
    expect([await changes(pool), await pool.ledger.read.billedPrice('other')]).toEqual([0, undefined]);
  });

  test('more than 5 % away from the list, and later from the last one, are a change, counted once', async () => {
    const pool = await openPool('verdicts');
    expect(await bill(pool, 90, { kind: KIND, list: 55 })).toMatchObject({ kind: 'settled', priceBefore: 55 });
    expect(await bill(pool, 90, { kind: KIND, list: 55 })).not.toHaveProperty('priceBefore');
    expect(await changes(pool)).toBe(1);
    expect(await bill(pool, 80, { kind: KIND, list: 55 })).toMatchObject({ priceBefore: 90 });
    expect(await pool.ledger.read.billedPrice(KIND)).toMatchObject({ credits: 80, count: 3, before: 90, list: 55 });
    expect(await changes(pool)).toBe(2);
  });

  test('without a list only a later one can be a change', async () => {
    const pool = await openPool('verdicts');
    const price = { kind: KIND, list: undefined };
    expect(await bill(pool, 100, price)).not.toHaveProperty('priceBefore');
    expect(await bill(pool, 200.25, price)).toMatchObject({ priceBefore: 100 });
    expect(await pool.ledger.read.billedPrice(KIND)).not.toHaveProperty('list');
  });

  test('a price of 0, none, a failure and a verdict without a kind teach none', async () => {
    const pool = await openPool('verdicts');
    await bill(pool, 0, { kind: KIND, list: 55 });
    await bill(pool, undefined, { kind: KIND, list: 55 });
    await bill(pool, 55);
    const failed = await generating(pool);
    const failure = settleArgs(failed.id, failed.taskId, 'fail');
    await pool.ledger.settle({ ...failure, price: { kind: KIND, list: 55 } });
    expect((await pool.ledger.read.verdictLessons()).prices.size).toBe(0);
  });

  test('a late verdict of a task that was given up counts, a stale one does not', async () => {
    const pool = await openPool('verdicts');
    const { id, taskId } = await generating(pool);
    const price = { kind: KIND, list: 55 };
    expect(await pool.ledger.settle({ ...settleArgs(id, 'another-task'), price })).toMatchObject({ kind: 'stale' });
    expect(await pool.ledger.read.billedPrice(KIND)).toBeUndefined();
    await bury(pool, id, 'task_stuck', 'generating');
    await pool.ledger.settle({ ...settleArgs(id, taskId), price });
    expect(await pool.ledger.read.billedPrice(KIND)).toMatchObject({ credits: 55.5, count: 1 });
  });

  test('are kept with the outcomes of models in 400 entries: the ones written last', async () => {
    const pool = await openPool('verdicts');
    const entries = Array.from({ length: 399 }, (_, i) => [`price:kind-${i}`, `${1000 + i} 50 1 1000 - -`]).flat();
    await pool.redis.hset(`${pool.root}verdicts`, ...entries);
    await bill(pool, 50, { kind: KIND, list: 50 });
    const { prices, models } = await pool.ledger.read.verdictLessons();
    expect(prices.size + models.size).toBe(400);
    expect([prices.has('kind-0'), prices.has('kind-1'), prices.has(KIND), models.has('m')]).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });
});

describe('outcomes of models', () => {
  test('count the last few hundred verdicts', async () => {
    const pool = await openPool('verdicts');
    await pool.redis.hset(`${pool.root}verdicts`, 'model:m', '1000 300 99');
    await bill(pool, 50);
    const failed = await generating(pool);
    await pool.ledger.settle(settleArgs(failed.id, failed.taskId, 'fail'));
    const { models } = await pool.ledger.read.verdictLessons();
    expect(models.get('m')).toMatchObject({ successes: 150, failures: 50 });
  });

  test('entries that a newer version or a hand wrote are read as far as possible', async () => {
    const pool = await openPool('verdicts');
    await pool.redis.hset(`${pool.root}verdicts`, {
      'model:longer': '1000 3 1 more',
      'model:broken': 'x y z',
      'price:longer': '1000 50 1 900 - 45 more',
      'price:broken': '99999999999999999999 1 1 1 - -',
      'other:kind': 'anything',
    });
    const { prices, models } = await pool.ledger.read.verdictLessons();
    expect(Object.fromEntries(models)).toEqual({ longer: { at: 1000, successes: 3, failures: 1 } });
    expect(Object.fromEntries(prices)).toEqual({ longer: { at: 1000, credits: 50, count: 1, since: 900, list: 45 } });
  });
});
