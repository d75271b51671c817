import { describe, expect, test } from 'vitest';
import { bury, evidence, often, openPool, type Pool } from './fixture.ts';

const TIMES = { firstMs: 30_000, capMs: 300_000 };
const RULE = { do: 'refuse', gate: 'credits', times: TIMES } as const;

async function close(pool: Pool, price?: number, times = TIMES): Promise<string> {
  const id = await pool.create();
  await pool.admit(id, 'token');
  await pool.refuse(
    id,
    'token',
    { ...RULE, times },
    { class: 'insufficient_credits', ...(price === undefined ? {} : { price }) },
  );
  return id;
}

async function gate(pool: Pool) {
  return (await pool.ledger.gates.closed())[0];
}

function kill(pool: Pool, id: string) {
  return pool.ledger.kill({ id, class: 'insufficient_credits', expected: 'queued', evidence });
}

describe('the balance probe', () => {
  // @guarantee G5
  test('is claimed by exactly one of many callers, at once after the refusal', async () => {
    const pool = await openPool('probe');
    await close(pool, 55);
    const workers = await Promise.all(Array.from({ length: 4 }, () => pool.another()));
    const claims = await Promise.all([...workers, ...workers, ...workers].map(({ gates }) => gates.claimProbe()));
    expect(claims.filter(Boolean)).toHaveLength(1);
  });

  test('no worker probes while the gate is open', async () => {
    const pool = await openPool('probe');
    expect(await pool.ledger.gates.claimProbe()).toBe(false);
    expect(await pool.ledger.gates.probeResult(1000)).toEqual({ kind: 'not_closed' });
  });

  test('known price: opens when the balance covers the dearest refused request', async () => {
    const pool = await openPool('probe');
    const ids = await Promise.all([pool.create(), pool.create()]);
    for (const id of ids) await pool.admit(id, 'token');
    await pool.refuse(ids[0], 'token', RULE, { price: 110 });
    await pool.refuse(ids[1], 'token', RULE, { price: 55 });
    expect(await pool.ledger.gates.probeResult(109.5)).toEqual({ kind: 'still_closed', need: 110 });
    expect(await pool.ledger.gates.probeResult(110)).toEqual({ kind: 'opened' });
    expect(await pool.admit(ids[0], 'again')).toMatchObject({ kind: 'admitted' });
    expect((await pool.ledger.read.stats())['balance']).toBe(110);
  });

  test('unknown price: opens when the balance has grown since the refusal', async () => {
    const pool = await openPool('probe');
    await close(pool);
    expect(await pool.ledger.gates.probeResult(5.25)).toEqual({ kind: 'still_closed' });
    expect(await pool.ledger.gates.probeResult(5.25)).toEqual({ kind: 'still_closed' });
    expect(await pool.ledger.gates.probeResult(5)).toEqual({ kind: 'still_closed' });
    expect(await pool.ledger.gates.probeResult(5.5)).toEqual({ kind: 'opened' });
  });

  test('the intervals grow up to the cap', async () => {
    const pool = await openPool('probe');
    await close(pool, 55, { firstMs: 10, capMs: 25 });
    const intervals: (number | undefined)[] = [];
    for (let i = 0; i < 4; i += 1) {
      await expect.poll(() => pool.ledger.gates.claimProbe(), often).toBe(true);
      await pool.ledger.gates.probeResult(1);
      intervals.push((await gate(pool))?.intervalMs);
    }
    expect(intervals).toEqual([10, 20, 25, 25]);
  });

  test('flapping with a known price: the next probe waits for a longer interval', async () => {
    const pool = await openPool('probe');
    await close(pool, 55);
    await pool.ledger.gates.claimProbe();
    await pool.ledger.gates.probeResult(100);
    await close(pool, 55);
    expect(await gate(pool)).toMatchObject({ intervalMs: 60_000 });
    expect(await pool.ledger.gates.claimProbe()).toBe(false);
  });

  test('flapping with an unknown price: the balance at refusal is asked at once, or a top-up would be missed', async () => {
    const pool = await openPool('probe');
    await close(pool);
    await pool.ledger.gates.open('credits');
    await close(pool);
    expect(await gate(pool)).toMatchObject({ intervalMs: 60_000 });
    expect(await pool.ledger.gates.claimProbe()).toBe(true);
    expect(await pool.ledger.gates.probeResult(5)).toEqual({ kind: 'still_closed' });
    expect(await pool.ledger.gates.claimProbe()).toBe(false);
  });
});

describe('the credit deadline', () => {
  // @guarantee G5
  test('counts only the time in the queue while the gate was closed', async () => {
    const pool = await openPool('clock', { creditDeadlineMs: 400 });
    const id = await pool.create();
    const createdAt = await pool.now();
    await expect.poll(() => pool.now(), often).toBeGreaterThan(createdAt + 100);
    expect(await kill(pool, id)).toEqual({ kind: 'not_yet', waitMs: 400 });

    await close(pool);
    const closedAt = (await gate(pool))?.since ?? 0;
    await expect.poll(() => pool.now(), often).toBeGreaterThan(closedAt + 40);
    await pool.ledger.gates.open('credits');
    const reopened = await kill(pool, id);
    expect(reopened).toMatchObject({ kind: 'not_yet' });
    await expect.poll(() => pool.now(), often).toBeGreaterThan(closedAt + 450);
    expect(await kill(pool, id)).toEqual(reopened);

    await close(pool);
    const again = (await gate(pool))?.since ?? 0;
    await bury(pool, id, 'insufficient_credits', 'queued');
    expect(await pool.now()).toBeLessThan(again + 400 + 1000);
    expect(await pool.state(id)).toBe('dead');
  });

  test('every generation has its own clock, and a planned start is not waiting', async () => {
    const pool = await openPool('clock', { creditDeadlineMs: 200 });
    const refused = await close(pool);
    const planned = await pool.create({ delayMs: 600_000 });
    await bury(pool, refused, 'insufficient_credits', 'queued');
    const late = await pool.create();
    expect(await kill(pool, late)).toMatchObject({ kind: 'not_yet' });
    await bury(pool, late, 'insufficient_credits', 'queued');
    expect(await kill(pool, planned)).toMatchObject({ kind: 'not_yet', waitMs: expect.closeTo(600_200, -4) });
    expect((await pool.ledger.read.listState('queued', { newestFirst: false })).items).toMatchObject([{ id: planned }]);
  });

  test('redrive sets the clock to zero', async () => {
    const pool = await openPool('clock', { creditDeadlineMs: 200 });
    const id = await close(pool);
    await bury(pool, id, 'insufficient_credits', 'queued');
    const call = {
      id,
      class: 'insufficient_credits',
      resumesAt: 'queued',
      payAgain: false,
      dryRun: false,
      op: 'op',
      vehicleCheckMs: 1000,
    } as const;
    // The send time of the refused attempt is no obstacle: it was answered.
    expect(await pool.ledger.redrive(call)).toMatchObject({ kind: 'redriven' });
    expect(await kill(pool, id)).toMatchObject({ kind: 'not_yet' });
  });
});
