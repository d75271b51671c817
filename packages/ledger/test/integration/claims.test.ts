import { describe, expect, test } from 'vitest';
import { openPool, paymentUnknown, unknown, type Pool } from './fixture.ts';
import { callback, PLACE, quick } from './placed.ts';

describe('claims', () => {
  async function claimed(pool: Pool) {
    const lost = await unknown(pool);
    await callback(pool, lost.id, lost.token, 'task-1');
    await callback(pool, lost.id, lost.token, 'task-2');
    return lost;
  }
  const waiting = (pool: Pool) => pool.redis.zcard(`${pool.root}claims`);

  test('are dropped one by one, and twice is once', async () => {
    const pool = await openPool('claims');
    const { id } = await claimed(pool);
    expect(await pool.ledger.dropClaim(id, 'task-1')).toEqual({ kind: 'dropped' });
    expect(await pool.ledger.dropClaim(id, 'task-1')).toEqual({ kind: 'none' });
    expect((await pool.ledger.read.generation(id))?.claims).toMatchObject([{ taskId: 'task-2', attempt: 1 }]);
    expect(await waiting(pool)).toBe(1);
    await pool.ledger.dropClaim(id, 'task-2');
    expect((await pool.ledger.read.generation(id))?.claims).toBeUndefined();
    expect(await waiting(pool)).toBe(0);
    expect(await pool.ledger.dropClaim('gen_nobody0000', 'task-1')).toEqual({ kind: 'missing' });
  });

  test('end when the attempt has its task', async () => {
    const pool = await openPool('claims');
    const { id, token } = await claimed(pool);
    await pool.accept(id, token, 'task-1', { adopted: true });
    expect((await pool.ledger.read.generation(id))?.claims).toBeUndefined();
    expect(await waiting(pool)).toBe(0);
  });

  test('of another attempt stay', async () => {
    const pool = await openPool('claims', quick);
    const { id, token } = await PLACE['queued to pay again']!(pool);
    await callback(pool, id, token, 'older-task');
    await pool.admit(id, 'newer');
    await pool.accept(id, 'newer', 'newer-task');
    expect((await pool.ledger.read.generation(id))?.claims).toMatchObject([{ taskId: 'older-task', attempt: 1 }]);
  });

  test('end with the record', async () => {
    const pool = await openPool('claims', quick);
    const { id, token } = await paymentUnknown(pool);
    await callback(pool, id, token, 'task-1');
    await pool.ledger.purge(id, true);
    expect((await pool.ledger.read.generation(id))?.claims).toBeUndefined();
    expect(await waiting(pool)).toBe(0);
  });

  test('that are never verified are swept, again and again', async () => {
    const pool = await openPool('claims');
    const { id } = await claimed(pool);
    const sweep = (vehicleCheckMs: number) =>
      pool.ledger.sweep({ worker: 'w', leaseMs: 60_000, limit: 100, vehicleCheckMs });
    expect(await sweep(60_000)).toMatchObject({ kind: 'leader', claims: [] });
    for (let round = 0; round < 2; round += 1) {
      const reply = await sweep(0);
      const swept = reply.kind === 'leader' ? reply.claims.map(({ taskId }) => taskId).toSorted() : [];
      expect(swept).toEqual(['task-1', 'task-2']);
    }
    // What is left of a record that is gone goes too.
    await pool.redis.del(`${pool.root}gen:${id}`);
    expect(await sweep(0)).toMatchObject({ claims: [] });
    expect(await waiting(pool)).toBe(0);
  });
});
