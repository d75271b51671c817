import type { RedriveResult } from '@kieq/queue';
import { redriveClass } from '@kieq/queue';
import { describe, expect as expecting, test } from 'vitest';
import { testRequest, type PoolFixture } from '../../src/index.ts';
import { openPool, redrive, redriveOptions } from './support.ts';

const CLASS = 'model_unavailable';
const TENANTS = ['mine', 'theirs'] as const;
type Tenant = (typeof TENANTS)[number];

/** Dead letters of one class in this order, a millisecond apart. */
async function deadLetters(pool: PoolFixture, order: readonly Tenant[]): Promise<{ id: string; tenant: Tenant }[]> {
  const items = await pool.producer.enqueueMany(
    order.map((tenant) => ({ request: testRequest('dies'), options: { tenant } })),
  );
  const made = order.map((tenant, i) => {
    const item = items[i];
    if (item?.ok !== true) throw new Error('not enqueued');
    return { id: item.handle.id, tenant };
  });
  const evidence = { summary: 'no' };
  await Promise.all(made.map(({ id }) => pool.ledger.kill({ id, class: CLASS, expected: 'queued', evidence })));
  const scores = made.flatMap(({ id }, i) => [i + 1, id]);
  await pool.redis.client.zadd(`${pool.ledger.root}letters:${CLASS}`, ...scores);
  return made;
}

/** Own dead letters among those of another tenant, which come before, between and after them; several pages of both. */
const AMONG = [60, 30, 60, 30, 60].flatMap((count, i) =>
  Array.from({ length: count }, (): Tenant => (i % 2 === 0 ? 'theirs' : 'mine')),
);
const idsOf = (made: readonly { id: string; tenant: Tenant }[], tenant: Tenant): string[] =>
  made.filter((one) => one.tenant === tenant).map(({ id }) => id);

async function run(
  pool: PoolFixture,
  more: Partial<Parameters<typeof redriveClass>[0]> = {},
  onEach: (result: RedriveResult) => Promise<unknown> = () => Promise.resolve(),
): Promise<RedriveResult[]> {
  const results: RedriveResult[] = [];
  for await (const result of redriveClass(
    { ...redriveOptions(pool), tenant: 'mine', perSecond: 10_000, ...more },
    CLASS,
  )) {
    results.push(result);
    await onEach(result);
  }
  return results;
}

/** Nothing of this class is held, so that callers know already that it failed. */
const warning = expecting.stringContaining('reported to the caller');
const told = (kind: string, ids: readonly string[]) =>
  ids.map((id) => ({ kind, id, class: CLASS, state: 'queued', warning }));

describe.concurrent('redrive of a class for one tenant', () => {
  test('resumes all of its own, oldest first, and no other tenant’s', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'redrive', { workers: 0 });
    const made = await deadLetters(pool, AMONG);
    const mine = idsOf(made, 'mine');
    expect(await run(pool, { dryRun: true })).toEqual(told('would_resume', mine));
    expect((await pool.ledger.read.deadLetterCounts())[CLASS]).toBe(AMONG.length);
    expect(await run(pool, { limit: 40 })).toEqual(told('resumed', mine.slice(0, 40)));
    expect(await run(pool)).toEqual(told('resumed', mine.slice(40)));
    expect(await run(pool)).toEqual([]);
    const left = await pool.ledger.read.readDeadLetters(CLASS, { limit: 1000 });
    expect(left.items.map(({ id }) => id)).toEqual(idsOf(made, 'theirs'));
  });

  test('passes over none when others resume theirs meanwhile', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'redrive', { workers: 0 });
    const made = await deadLetters(pool, AMONG);
    const [mine, theirs] = [idsOf(made, 'mine'), idsOf(made, 'theirs')];
    let resumed = 0;
    const results = await run(pool, {}, async () => {
      // Their dead letters before ours leave the list: the rest moves up.
      const next = theirs.slice(resumed, (resumed += 3));
      await Promise.all(next.map((id) => redrive(pool, id)));
    });
    expect(results).toEqual(told('resumed', mine));
  });

  test('reports what is not possible and goes on with the rest', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'redrive', { workers: 0 });
    const mine = idsOf(
      await deadLetters(
        pool,
        Array.from({ length: 120 }, () => 'mine'),
      ),
      'mine',
    );
    const broken = new Set(mine.filter((_, i) => i % 40 === 0));
    await Promise.all([...broken].map((id) => pool.redis.client.hset(`${pool.ledger.root}gen:${id}`, 'payload', '{}')));
    const results = await run(pool);
    expect(results.map(({ id }) => id)).toEqual(mine);
    expect(results.filter(({ kind }) => kind === 'not_possible').map(({ id }) => id)).toEqual([...broken]);
  });
});
