import { describe, expect, test } from 'vitest';
import { often, openPool, RETRY, type Pool } from './fixture.ts';

const LIMITED = { do: 'refuse', gate: 'rate-limit', times: { waitMs: 1 } } as const;

async function admitted(pool: Pool, token = 'token'): Promise<string> {
  const id = await pool.create();
  await expect.poll(() => pool.admit(id, token), often).toMatchObject({ kind: 'admitted' });
  return id;
}

async function answered(pool: Pool, latencyMs: number): Promise<void> {
  const id = await admitted(pool);
  await pool.accept(id, 'token', `task-of-${id}`, { latencyMs });
}

describe('the submission window', () => {
  test('admits up to the limit at once, then says how long to wait', async () => {
    const pool = await openPool('window', { submitLimit: 2, submitWindowMs: 60_000 });
    await answered(pool, 0);
    await answered(pool, 0);
    const id = await pool.create();
    const reply = await pool.admit(id);
    expect(reply).toMatchObject({ kind: 'wait', reason: 'window', waitMs: expect.closeTo(60_000, -3) });
    expect(await pool.ledger.peek()).toMatchObject({
      kind: 'wait',
      reason: 'window',
      waitMs: expect.closeTo(60_000, -3),
    });
    expect(await pool.state(id)).toBe('queued');
  });

  test('a slot frees one window after the response', async () => {
    const pool = await openPool('window', { submitLimit: 1, submitWindowMs: 80 });
    const first = await admitted(pool);
    await pool.accept(first, 'token', 'task-1', { latencyMs: 0 });
    const answeredAt = (await pool.ledger.read.generation(first))?.attempts[0]?.answeredAt ?? 0;
    const second = await admitted(pool);
    const admittedAt = (await pool.ledger.read.generation(second))?.attempts[0]?.admittedAt ?? 0;
    expect(admittedAt).toBeGreaterThan(answeredAt + 80);
  });

  // @guarantee G4
  test('a request without a response keeps its slot until send deadline, timeout and one window have passed', async () => {
    const pool = await openPool('window', { submitLimit: 1, submitWindowMs: 60, submitTimeoutMs: 70 });
    const first = await pool.create();
    await pool.admit(first, 'token', { sendBeforeMs: 50 });
    await pool.lose(first, 'token');
    const sendBy = (await pool.ledger.read.generation(first))?.attempts[0]?.sendBy ?? 0;
    const second = await admitted(pool);
    const admittedAt = (await pool.ledger.read.generation(second))?.attempts[0]?.admittedAt ?? 0;
    expect(admittedAt).toBeGreaterThan(sendBy + 70 + 60);
  });

  test('a lost response that did arrive frees its slot one window later', async () => {
    const pool = await openPool('window', { submitLimit: 1, submitWindowMs: 50, submitTimeoutMs: 600_000 });
    const first = await admitted(pool);
    await pool.lose(first, 'token', { answered: true, latencyMs: 10 });
    const second = await admitted(pool);
    expect(await pool.state(second)).toBe('submitting');
  });

  // @guarantee G4
  test('a refusal keeps its slot, unless the request certainly did not leave', async () => {
    const pool = await openPool('window', { submitLimit: 1, submitWindowMs: 600_000 });
    const first = await admitted(pool);
    const notSent = { do: 'not_sent', gateAfter: 100, times: { firstMs: 1, capMs: 1 }, delayMs: 0 } as const;
    await pool.refuse(first, 'token', notSent, { sent: false, latencyMs: 0 });
    expect((await pool.ledger.read.window()).entries).toBe(0);
    const second = await admitted(pool);
    await pool.refuse(second, 'token', RETRY);
    expect((await pool.ledger.read.window()).entries).toBe(1);
    expect(await pool.admit(first, 'again')).toMatchObject({ kind: 'wait', reason: 'window' });
  });

  test('changed settings take effect at once', async () => {
    const pool = await openPool('window', { submitLimit: 1, submitWindowMs: 600_000 });
    await answered(pool, 0);
    const id = await pool.create();
    expect(await pool.admit(id)).toMatchObject({ kind: 'wait', reason: 'window' });
    await pool.ledger.settings.overwrite({ submitLimit: 2 });
    expect(await pool.ledger.peek()).toEqual({ kind: 'slots', slots: 1 });
    expect(await pool.admit(id)).toMatchObject({ kind: 'admitted', slots: 0 });
    await pool.ledger.settings.overwrite({ submitWindowMs: 1, submitLimit: 1 });
    await pool.accept(id, 'token', 'task-of-it', { latencyMs: 0 });
    await answered(pool, 0);
  });

  test('a limit that was lowered waits until enough slots are free', async () => {
    const pool = await openPool('window', { submitLimit: 3, submitWindowMs: 60_000 });
    for (let i = 0; i < 3; i += 1) await answered(pool, 0);
    await pool.ledger.settings.overwrite({ submitLimit: 1 });
    const last = await pool.redis.zrange(`${pool.root}window`, '-1', '-1', 'WITHSCORES');
    const reply = await pool.ledger.peek();
    const freeAt = Number(last[1]) + 60_001;
    expect(reply).toMatchObject({ kind: 'wait', waitMs: expect.closeTo(freeAt - (await pool.now()), -2) });
  });
});

describe('what the window learns', () => {
  test('quiet time widens the margin, never beyond the smallest latency seen', async () => {
    const pool = await openPool('margin');
    await answered(pool, 500);
    const first = (await pool.ledger.read.window()).learned;
    expect(first['margin']).toBeGreaterThan(0);
    for (let i = 0; i < 60; i += 1) await answered(pool, 500 + i);
    await answered(pool, 400);
    const { learned } = await pool.ledger.read.window();
    expect(learned['minLatency']).toBe(400);
    expect(learned['margin']).toBeGreaterThan(first['margin'] ?? 0);
    expect(learned['margin']).toBeLessThanOrEqual(400);
  });

  // @guarantee G4
  test('the margin frees a slot earlier, but never before its request was sent', async () => {
    const pool = await openPool('margin');
    for (let i = 0; i < 60; i += 1) await answered(pool, 500);
    const id = await admitted(pool);
    await pool.accept(id, 'token', 'quick', { latencyMs: 20 });
    const answeredAt = (await pool.ledger.read.generation(id))?.attempts[0]?.answeredAt ?? 0;
    const score = Number(await pool.redis.zscore(`${pool.root}window`, `${id}:1`));
    expect(score).toBeLessThanOrEqual(answeredAt + 1);
    expect(score).toBeGreaterThanOrEqual(answeredAt + 1 - 20);
  });

  // @guarantee G4
  test('a 429 narrows the margin to nothing and lowers the limit once per window', async () => {
    const pool = await openPool('margin', { submitLimit: 40, submitWindowMs: 60_000 });
    for (let i = 0; i < 5; i += 1) await answered(pool, 500);
    const [one, other] = [await admitted(pool), await admitted(pool)];
    await pool.refuse(one, 'token', LIMITED);
    const after = (await pool.ledger.read.window()).learned;
    expect(after).toMatchObject({ margin: 0, cutLimit: 38 });
    await pool.refuse(other, 'token', LIMITED);
    expect((await pool.ledger.read.window()).learned).toMatchObject({ cutLimit: 38, cutAt: after['cutAt'] });
    await expect.poll(() => pool.admit(one, 'again'), often).toMatchObject({ kind: 'admitted', slots: 38 - 8 });
  });

  test('the lowered limit comes back by one every ten quiet windows, and not beyond the limit', async () => {
    const pool = await openPool('margin', { submitLimit: 3, submitWindowMs: 5 });
    const id = await admitted(pool);
    await pool.refuse(id, 'token', LIMITED);
    expect((await pool.ledger.read.window()).learned).toMatchObject({ cutLimit: 2 });
    await expect.poll(() => pool.ledger.peek(), often).toEqual({ kind: 'slots', slots: 3 });
  });
});

describe('the in-flight cap', () => {
  test('counts submitting, unknown and generating, and nothing else', async () => {
    const pool = await openPool('cap', { maxInFlight: 1 });
    const [first, second] = [await pool.create(), await pool.create()];
    const isFull = async (): Promise<void> => {
      expect(await pool.admit(second)).toEqual({ kind: 'wait', reason: 'in-flight', waitMs: 500 });
      expect(await pool.ledger.peek()).toEqual({ kind: 'wait', reason: 'in-flight', waitMs: 500 });
    };
    await pool.admit(first);
    await isFull();
    await pool.lose(first, 'token');
    await isFull();
    await pool.accept(first, 'token', 'task-1');
    await isFull();
    await pool.ledger.settle({
      id: first,
      taskId: 'task-1',
      verdict: { state: 'success', resultUrls: [] },
      evidence: { summary: '' },
      archive: 'wait',
      polled: false,
      vehicleCheckMs: 1,
    });
    expect(await pool.admit(second)).toMatchObject({ kind: 'admitted' });
  });
});
