import type { ListCursor } from '@kieq/ledger';
import { describe, expect, test } from 'vitest';
import { createArgs, evidence, generating, openPool, settleArgs, type Pool } from './fixture.ts';

/** Every page of a list, as a client would follow it. */
async function all(pool: Pool, options: Parameters<Pool['ledger']['read']['list']>[0]): Promise<string[]> {
  const ids: string[] = [];
  let cursor: ListCursor | undefined;
  do {
    const page = await pool.ledger.read.list({ ...options, ...(cursor === undefined ? {} : { cursor }) });
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.next;
  } while (cursor !== undefined);
  return ids;
}

async function deadLetters(
  pool: Pool,
  options: Parameters<Pool['ledger']['read']['listDeadLetters']>[0],
): Promise<string[]> {
  const ids: string[] = [];
  let cursor: ListCursor | undefined;
  do {
    const page = await pool.ledger.read.listDeadLetters({ ...options, ...(cursor === undefined ? {} : { cursor }) });
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.next;
  } while (cursor !== undefined);
  return ids;
}

const idOf = (n: number): string => `gen_${String(n).padStart(10, '0')}`;

async function createMany(pool: Pool, tenant: string, from: number, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, i) => idOf(from + i));
  await Promise.all(ids.map((id) => pool.ledger.create(createArgs(id, { tenant }))));
  return ids;
}

describe('generations', () => {
  test('of one tenant, newest first, page by page, many of the same millisecond', async () => {
    const pool = await openPool('list');
    const mine = await createMany(pool, 'mine', 1, 250);
    await createMany(pool, 'other', 1001, 50);
    const listed = await all(pool, { tenant: 'mine', limit: 7 });
    expect(listed.toSorted()).toEqual(mine);
    const page = await pool.ledger.read.list({ tenant: 'mine', limit: 250 });
    const order = page.items.map(({ at }) => at);
    expect(order).toEqual(order.toSorted((a, b) => b - a));
    expect(listed).toEqual(page.items.map(({ id }) => id));
  });

  test('of all tenants together', async () => {
    const pool = await openPool('list');
    const ids = [
      ...(await createMany(pool, 'one', 1, 30)),
      ...(await createMany(pool, 'two', 101, 30)),
      ...(await createMany(pool, 'three', 201, 30)),
    ];
    expect((await all(pool, { limit: 11 })).toSorted()).toEqual(ids.toSorted());
    expect(await all(pool, { tenant: 'none', limit: 11 })).toEqual([]);
  });

  test('of one state; a page may be empty and still go on', async () => {
    const pool = await openPool('list');
    await createMany(pool, 'acme', 1, 1200);
    const cancelled = [idOf(3), idOf(700)];
    for (const id of cancelled) await pool.ledger.cancel(id);
    expect((await all(pool, { state: 'cancelled', limit: 10 })).toSorted()).toEqual(cancelled);
    const first = await pool.ledger.read.list({ state: 'succeeded', limit: 10 });
    expect(first).toMatchObject({ items: [], next: { id: expect.stringMatching(/^gen_/) } });
  });

  test('of a time, both ends included', async () => {
    const pool = await openPool('list');
    const [early, late] = [await pool.create(), await pool.create()];
    const at = Number((await pool.raw(early))['createdAt']);
    await pool.redis.zadd(`${pool.root}tenant:acme`, at + 10, late);
    expect(await all(pool, { from: at, to: at, limit: 10 })).toEqual([early]);
    expect(await all(pool, { from: at + 1, limit: 10 })).toEqual([late]);
    expect(await all(pool, { to: at + 10, limit: 10 })).toEqual([late, early]);
    expect(await all(pool, { to: at - 1, limit: 10 })).toEqual([]);
  });

  test('a cursor whose generation was purged goes on behind it', async () => {
    const pool = await openPool('list');
    const ids = [await pool.create(), await pool.create(), await pool.create()];
    const { items, next } = await pool.ledger.read.list({ limit: 1 });
    const seen = items[0]?.id ?? '';
    await pool.ledger.cancel(seen);
    await pool.ledger.purge(seen, false);
    expect(next).toBeDefined();
    const rest = await pool.ledger.read.list({ limit: 10, ...(next === undefined ? {} : { cursor: next }) });
    expect([seen, ...rest.items.map(({ id }) => id)].toSorted()).toEqual(ids);
    expect(await all(pool, { limit: 10 })).toHaveLength(2);
  });

  test('a tenant without generations is forgotten', async () => {
    const pool = await openPool('list');
    const id = await pool.create({ tenant: 'once' });
    expect(await pool.redis.smembers(`${pool.root}tenants`)).toEqual(['once']);
    await pool.ledger.cancel(id);
    await pool.ledger.purge(id, false);
    expect(await pool.redis.smembers(`${pool.root}tenants`)).toEqual([]);
  });
});

describe('dead letters', () => {
  test('of all classes, of one, of one tenant', async () => {
    const pool = await openPool('letters');
    const made: { id: string; class: string; tenant: string }[] = [];
    for (const tenant of ['a', 'b']) {
      const stuck = await generating(pool, { tenant });
      await pool.ledger.kill({ id: stuck.id, class: 'task_stuck', expected: 'generating', evidence });
      const failed = await generating(pool, { tenant });
      await pool.ledger.settle(settleArgs(failed.id, failed.taskId, 'fail'));
      made.push({ id: stuck.id, class: 'task_stuck', tenant }, { id: failed.id, class: 'generation_failed', tenant });
    }
    const { items } = await pool.ledger.read.listDeadLetters({ limit: 10 });
    expect(items.map(({ id }) => id).toSorted()).toEqual(made.map(({ id }) => id).toSorted());
    const ofB = await pool.ledger.read.listDeadLetters({ limit: 10, tenant: 'b', class: 'task_stuck' });
    expect(ofB.items).toEqual([{ id: made[2]?.id, class: 'task_stuck', at: expect.any(Number) }]);
    expect(ofB.next).toBeUndefined();
    const one = await pool.ledger.read.listDeadLetters({ limit: 1, tenant: 'a' });
    const two = await pool.ledger.read.listDeadLetters({
      limit: 5,
      tenant: 'a',
      ...(one.next === undefined ? {} : { cursor: one.next }),
    });
    expect([...one.items, ...two.items].map(({ id }) => id).toSorted()).toEqual([made[0]?.id, made[1]?.id]);
  });

  test.each([true, false])(
    'in order over all pages, many of the same millisecond; oldest first: %s',
    async (rising) => {
      const pool = await openPool('letters');
      const ids = [...(await createMany(pool, 'a', 1, 250)), ...(await createMany(pool, 'b', 501, 250))];
      // Each class is a list of its own; both have entries of every millisecond.
      const classes = ['model_unavailable', 'refused_repeatedly'] as const;
      const made = ids.map((id, i) => ({ id, at: 1000 + (i % 3), class: classes[i % 2] ?? 'model_unavailable' }));
      await Promise.all(
        made.map((one) => pool.ledger.kill({ id: one.id, class: one.class, expected: 'queued', evidence })),
      );
      await Promise.all(made.map((one) => pool.redis.zadd(`${pool.root}letters:${one.class}`, one.at, one.id)));
      const order = made.toSorted((x, y) => x.at - y.at || (x.id < y.id ? -1 : 1));
      const expected = rising ? order : order.toReversed();
      expect(await deadLetters(pool, { oldestFirst: rising, limit: 7 })).toEqual(expected.map(({ id }) => id));
      const some = expected.filter((one) => one.class === 'model_unavailable' && one.id < idOf(501));
      const filter = { class: 'model_unavailable', tenant: 'a', oldestFirst: rising, limit: 100 } as const;
      expect(await deadLetters(pool, filter)).toEqual(some.map(({ id }) => id));
    },
  );
});
