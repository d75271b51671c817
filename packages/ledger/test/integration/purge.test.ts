import { expect, test } from 'vitest';
import { createArgs, evidence, generating, openPool, settleArgs, unknown, type Pool } from './fixture.ts';

const RETENTION_MS = 600_000;

async function purged(pool: Pool): Promise<{ id: string; token: string; taskId: string }> {
  const done = await generating(pool);
  await pool.ledger.settle({ ...settleArgs(done.id, done.taskId), archive: 'wait' });
  await pool.ledger.archived(done.id, { files: [] });
  expect(await pool.ledger.purge(done.id, false)).toEqual({ kind: 'purged' });
  return done;
}

test('payload and result go, a tombstone stays for the retention time', async () => {
  const pool = await openPool('purge', { retentionMs: RETENTION_MS });
  const { id, taskId } = await purged(pool);
  const raw = await pool.raw(id);
  expect(Object.keys(raw)).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/^(payload|verdict|archive|letter|lastLetter)$/)]),
  );
  expect(raw).toMatchObject({ hash: 'hash-1', state: 'succeeded' });
  expect((await pool.ledger.read.generation(id))?.attempts).toMatchObject([{ n: 1, taskId, outcome: 'accepted' }]);
  for (const key of [`gen:${id}`, `task:${taskId}`]) {
    const ttl = await pool.redis.pttl(`${pool.root}${key}`);
    expect(ttl).toBeGreaterThan(RETENTION_MS - 10_000);
    expect(ttl).toBeLessThanOrEqual(RETENTION_MS);
  }
  expect((await pool.ledger.read.stateCounts()).succeeded).toBe(0);
});

test('the id is not used again: a repetition finds it, another request is a conflict', async () => {
  const pool = await openPool('purge');
  const { id } = await purged(pool);
  expect(await pool.ledger.create(createArgs(id))).toEqual({ kind: 'exists', id, state: 'succeeded' });
  expect(await pool.ledger.create(createArgs(id, { hash: 'hash-2' }))).toEqual({
    kind: 'conflict',
    id,
    state: 'succeeded',
  });
});

test('its task stays bound: no other generation can adopt it', async () => {
  const pool = await openPool('purge');
  const { id, token, taskId } = await purged(pool);
  const other = await unknown(pool);
  expect(await pool.accept(other.id, other.token, taskId, { adopted: true })).toEqual({
    kind: 'bound',
    owner: `${id}:1`,
  });
  expect(await pool.accept(id, token, taskId)).toMatchObject({ kind: 'accepted', state: 'succeeded' });
});

// @guarantee G3
test('who was frozen while it was redriven purges nothing', async () => {
  const pool = await openPool('purge');
  const { id, taskId } = await generating(pool);
  const vehicle = (await pool.raw(id))['vehicle'];
  await pool.ledger.settle(settleArgs(id, taskId));
  expect(await pool.ledger.purge(id, false, `${id}-0`)).toEqual({ kind: 'stale', state: 'succeeded' });
  expect(await pool.ledger.purge(id, false, vehicle)).toEqual({ kind: 'purged' });
});

test('a second purge changes nothing, and does not lengthen the retention', async () => {
  const pool = await openPool('purge', { retentionMs: RETENTION_MS });
  const { id } = await purged(pool);
  await pool.redis.pexpire(`${pool.root}gen:${id}`, 1000);
  const raw = await pool.raw(id);
  expect(await pool.ledger.purge(id, false)).toEqual({ kind: 'purged' });
  expect(await pool.raw(id)).toEqual(raw);
  expect(await pool.redis.pttl(`${pool.root}gen:${id}`)).toBeLessThanOrEqual(1000);
  expect((await pool.ledger.read.stats())['purged']).toBe(1);
});

// @guarantee G2
test('a dead letter is purged only by force; then it is closed', async () => {
  const pool = await openPool('purge', { unknownWindowMs: 0 });
  const { id } = await unknown(pool);
  await pool.ledger.kill({ id, class: 'payment_unknown', expected: 'unknown', evidence });
  expect(await pool.ledger.purge(id, false)).toEqual({ kind: 'open_letter', class: 'payment_unknown' });
  expect(await pool.ledger.purge(id, true)).toEqual({ kind: 'purged' });
  expect((await pool.ledger.read.deadLetterCounts()).payment_unknown).toBe(0);
  expect((await pool.ledger.read.generation(id))?.deadLetter).toBeUndefined();
});

test('the sweeper gets ended generations when their retention is over', async () => {
  const pool = await openPool('purge', { retentionMs: 1 });
  const id = await pool.create();
  await pool.ledger.cancel(id);
  const due = async () => {
    const reply = await pool.ledger.sweep({ worker: 'w', leaseMs: 1000, limit: 10, vehicleCheckMs: 1 });
    return reply.kind === 'leader' ? reply.due : [];
  };
  await expect.poll(due, { interval: 5 }).toMatchObject([{ id, state: 'cancelled' }]);
  await pool.ledger.purge(id, false);
  expect(await due()).toEqual([]);
});

test('a resubmission sent again later still gets the vehicle that it made', async () => {
  const pool = await openPool('purge');
  const { id, taskId } = await generating(pool);
  const again = { id, taskId, limit: 1, evidence, vehicleCheckMs: 1000 };
  const reply = await pool.ledger.resubmit(again);
  await pool.ledger.cancel(id);
  await pool.ledger.purge(id, false);
  expect(await pool.ledger.resubmit(again)).toEqual(reply);
});

test('one with thousands of attempts is purged as a whole', async () => {
  const pool = await openPool('purge', { retentionMs: RETENTION_MS });
  const id = await pool.create();
  const attempts = Array.from({ length: 5000 }, (_, i) => [
    `a:${i + 1}`,
    JSON.stringify({ n: i + 1, tokenHash: `token-${i + 1}`, admittedAt: 1, sendBy: 1, outcome: 'refused', evidence }),
  ]);
  await pool.redis.hset(`${pool.root}gen:${id}`, { ...Object.fromEntries(attempts), attempts: 5000, current: 5000 });
  await pool.ledger.cancel(id);
  expect(await pool.ledger.purge(id, false)).toEqual({ kind: 'purged' });
  const record = await pool.ledger.read.generation(id);
  expect(record?.attempts).toHaveLength(5000);
  expect(record?.attempts.some((attempt) => attempt.evidence !== undefined)).toBe(false);
  expect(record?.payload).toBeUndefined();
});
