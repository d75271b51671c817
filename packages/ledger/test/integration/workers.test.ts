import { describe, expect, test } from 'vitest';
import { openPool, type Pool } from './fixture.ts';

const WORKER = { version: '0.3.0', host: 'here', queues: { submit: 20, poll: 5 } };
const LIFE_MS = 45_000;

function announce(pool: Pool, id: string, lifeMs = LIFE_MS) {
  return pool.ledger.workers.announce({ id, worker: WORKER, lifeMs });
}

async function idsOf(pool: Pool): Promise<string[]> {
  return (await pool.ledger.workers.seen()).announced.map(({ id }) => id);
}

/** A worker that announced itself so long ago. */
async function age(pool: Pool, id: string, ms: number): Promise<void> {
  await pool.redis.zincrby(`${pool.root}workers`, -ms, id);
}

describe('workers', () => {
  test('of a pool that never had a worker: none, and never', async () => {
    const pool = await openPool('workers');
    expect(await pool.ledger.workers.seen()).toMatchObject({ announced: [], isOtherSweeping: false, lastSeenMs: null });
  });

  test('announce themselves, by Redis time, and keep the time of their start', async () => {
    const pool = await openPool('workers');
    const before = await pool.now();
    const first = await announce(pool, 'one');
    await pool.ledger.workers.announce({ id: 'one', worker: WORKER, lifeMs: LIFE_MS, since: first.since });
    const after = await pool.now();
    const { announced, lastSeenMs, atMs } = await pool.ledger.workers.seen();
    expect(Object.keys(announced[0]?.queues ?? {})).toEqual(['poll', 'submit']);
    expect(announced).toEqual([{ id: 'one', ...WORKER, sinceMs: first.since, seenMs: lastSeenMs }]);
    expect(first.since).toBeGreaterThanOrEqual(before);
    expect(lastSeenMs).toBeLessThanOrEqual(after);
    expect(atMs).toBeGreaterThanOrEqual(after);
  });

  test('are gone when they have been silent for their time, and come back', async () => {
    const pool = await openPool('workers');
    await announce(pool, 'frozen');
    await announce(pool, 'lively');
    await age(pool, 'frozen', LIFE_MS);
    expect(await idsOf(pool)).toEqual(['lively']);
    expect((await pool.ledger.workers.seen()).lastSeenMs).not.toBeNull();
    await announce(pool, 'lively');
    expect(await pool.redis.hkeys(`${pool.root}workers:told`)).toEqual(['lively']);
    await announce(pool, 'frozen');
    expect(await idsOf(pool)).toEqual(['frozen', 'lively']);
  });

  test('are gone within a minute, whatever they ask for and whatever the clock does', async () => {
    const pool = await openPool('workers');
    await announce(pool, 'eternal', 3_600_000);
    expect(Number(await pool.redis.zscore(`${pool.root}workers`, 'eternal'))).toBeLessThanOrEqual(
      (await pool.now()) + 60_000,
    );
    await age(pool, 'eternal', -3_600_000);
    expect(await idsOf(pool)).toEqual([]);
    await announce(pool, 'other');
    expect(await pool.redis.zrange(`${pool.root}workers`, '0', '-1')).toEqual(['other']);
  });

  test('that stop are gone at once, with the lease of the sweeper', async () => {
    const pool = await openPool('workers');
    await announce(pool, 'one');
    await pool.ledger.sweep({ worker: 'one', leaseMs: 60_000, limit: 1, vehicleCheckMs: 1 });
    await pool.ledger.workers.leave('one');
    expect(await pool.ledger.workers.seen()).toMatchObject({ announced: [], isOtherSweeping: false });
    expect(await pool.redis.exists(`${pool.root}sweeper`, `${pool.root}workers`, `${pool.root}workers:told`)).toBe(0);
  });

  test('that stop leave the lease of another one alone', async () => {
    const pool = await openPool('workers');
    await announce(pool, 'one');
    await pool.ledger.sweep({ worker: 'two', leaseMs: 60_000, limit: 1, vehicleCheckMs: 1 });
    await pool.ledger.workers.leave('one');
    expect(await pool.redis.get(`${pool.root}sweeper`)).toBe('two');
  });

  test('of a version that does not announce itself are known by the lease of the sweeper', async () => {
    const pool = await openPool('workers');
    await pool.ledger.sweep({ worker: 'of 0.2.0', leaseMs: 60_000, limit: 1, vehicleCheckMs: 1 });
    expect(await pool.ledger.workers.seen()).toMatchObject({ announced: [], isOtherSweeping: true, lastSeenMs: null });
    await announce(pool, 'of 0.2.0');
    expect((await pool.ledger.workers.seen()).isOtherSweeping).toBe(false);
  });
});

describe('what others wrote there', () => {
  test('breaks no reader: of an entry that cannot be read only the id is shown', async () => {
    const pool = await openPool('workers');
    const goneAt = (await pool.now()) + LIFE_MS;
    const told = {
      text: 'no JSON',
      list: '[]',
      long: 'x'.repeat(100_000),
      newer: '{"since":"yesterday","worker":{"version":7,"host":"here","queues":{"submit":"many"},"newer":true}}',
      hostile: JSON.stringify({ worker: { version: '\u202E\u001B[2J', host: 'h'.repeat(1000), queues: [1] } }),
      bare: '',
    };
    for (const id of [...Object.keys(told), 'i'.repeat(10_000)])
      await pool.redis.zadd(`${pool.root}workers`, goneAt, id);
    await pool.redis.hset(`${pool.root}workers:told`, told);
    const { announced } = await pool.ledger.workers.seen();
    const nothing = { version: null, host: null, sinceMs: null, seenMs: null, queues: null };
    expect(announced).toEqual([
      { id: 'bare', ...nothing },
      { id: 'hostile', ...nothing },
      { id: 'i'.repeat(200), ...nothing },
      { id: 'list', ...nothing },
      { id: 'long', ...nothing },
      { id: 'newer', ...nothing, host: 'here' },
      { id: 'text', ...nothing },
    ]);
  });

  test('is bounded: beyond 500 workers no further one is listed', async () => {
    const pool = await openPool('workers');
    await announce(pool, 'early');
    const goneAt = (await pool.now()) + LIFE_MS;
    const others = Array.from({ length: 600 }, (_, i) => [String(goneAt), `other-${i}`]);
    await pool.redis.zadd(`${pool.root}workers`, ...others.flat());
    expect(await announce(pool, 'late')).toMatchObject({ kind: 'full' });
    expect(await announce(pool, 'early')).toMatchObject({ kind: 'announced' });
    expect((await pool.ledger.workers.seen()).announced).toHaveLength(500);
  });
});
