import { GATE_REASONS, type GateReason } from '@kieq/domain';
import type { RefuseArgs, RefuseRule } from '@kieq/ledger';
import { describe, expect, test } from 'vitest';
import { generating, often, openPool, RETRY, type Pool } from './fixture.ts';

const LONG = { firstMs: 600_000, capMs: 6_000_000 };
const notSent = (times = LONG): RefuseRule => ({ do: 'not_sent', gateAfter: 3, times, delayMs: 0 });
const unsent: Partial<RefuseArgs> = { sent: false, latencyMs: 0, class: 'not_sent' };

async function gate(pool: Pool, reason: GateReason) {
  return (await pool.ledger.gates.closed()).find((closed) => closed.reason === reason);
}

/** Submits a new generation which Kie refuses in this way; `token` distinguishes several. */
async function refused(pool: Pool, rule: RefuseRule, change: Partial<RefuseArgs> = {}): Promise<string> {
  const id = await pool.create();
  expect(await pool.admit(id, 'token')).toMatchObject({ kind: 'admitted' });
  await pool.refuse(id, 'token', rule, change);
  return id;
}

function canaryRule(reason: 'key-cap' | 'bad-key' | 'maintenance', firstMs: number, capMs = 100 * firstMs): RefuseRule {
  return { do: 'refuse', gate: reason, times: { firstMs, capMs } };
}

const CLOSE: Record<GateReason, (pool: Pool) => Promise<unknown>> = {
  'rate-limit': (pool) => refused(pool, { do: 'refuse', gate: 'rate-limit', times: { waitMs: 600_000 } }),
  credits: (pool) => refused(pool, { do: 'refuse', gate: 'credits', times: LONG }),
  'key-cap': (pool) => refused(pool, canaryRule('key-cap', 600_000)),
  'bad-key': (pool) => refused(pool, canaryRule('bad-key', 600_000)),
  maintenance: (pool) => refused(pool, canaryRule('maintenance', 600_000)),
  unreachable: async (pool) => {
    for (let i = 0; i < 3; i += 1) await refused(pool, notSent(), unsent);
  },
  refusing: async (pool) => {
    const place = { same: '404', after: 3, times: LONG, behindMs: 0, memoryMs: 60_000 };
    const rule = { do: 'retry', count: 'validationRetries', retries: 1, then: 'invalid_request', delayMs: 0 } as const;
    for (let i = 0; i < 3; i += 1) await refused(pool, { ...rule, place });
  },
  paused: (pool) => pool.ledger.gates.pause('maintenance of ours'),
};

describe('any gate', () => {
  // @guarantee G5
  test.each(GATE_REASONS)('%s: while it is closed nothing is admitted, and it costs no attempt', async (reason) => {
    const pool = await openPool('gate');
    await CLOSE[reason](pool);
    const waiting = await Promise.all(Array.from({ length: 5 }, () => pool.create()));
    const replies = await Promise.all(waiting.map((id) => pool.admit(id)));
    expect(replies).toEqual(waiting.map(() => ({ kind: 'wait', reason, waitMs: expect.any(Number) })));
    expect(await pool.ledger.peek()).toMatchObject({ kind: 'wait', reason });
    expect(await pool.ledger.read.generation(waiting[0] ?? '')).toMatchObject({ state: 'queued', attempts: [] });
  });

  test.each(GATE_REASONS)('%s: a person can open it by hand', async (reason) => {
    const pool = await openPool('gate');
    await CLOSE[reason](pool);
    expect(await pool.ledger.gates.open(reason)).toEqual({ kind: 'opened' });
    expect(await pool.ledger.gates.open(reason)).toEqual({ kind: 'not_closed' });
    expect(await pool.ledger.gates.closed()).toEqual([]);
    expect(await pool.admit(await pool.create())).toMatchObject({ kind: 'admitted', canary: false });
  });

  test('refusals of attempts that were on their way are counted, and change nothing else', async () => {
    const pool = await openPool('gate');
    const ids = await Promise.all([pool.create(), pool.create()]);
    for (const id of ids) await pool.admit(id);
    await pool.refuse(ids[0], 'token', canaryRule('bad-key', 1000));
    const first = await gate(pool, 'bad-key');
    await pool.refuse(ids[1], 'token', canaryRule('bad-key', 1000));
    expect(await gate(pool, 'bad-key')).toEqual({ ...first, refusals: 2 });
  });

  test('closing again soon goes on with a longer interval, later it starts over', async () => {
    const pool = await openPool('gate');
    await refused(pool, canaryRule('maintenance', 150));
    await pool.ledger.gates.open('maintenance');
    await refused(pool, canaryRule('maintenance', 150));
    expect(await gate(pool, 'maintenance')).toMatchObject({ intervalMs: 300 });
    await pool.ledger.gates.open('maintenance');
    const openedAt = await pool.now();
    await expect.poll(() => pool.now(), often).toBeGreaterThan(openedAt + 601);
    await refused(pool, canaryRule('maintenance', 150));
    expect(await gate(pool, 'maintenance')).toMatchObject({ intervalMs: 150 });
  });

  test('of two gates the longer wait is returned', async () => {
    const pool = await openPool('gate');
    const ids = await Promise.all([pool.create(), pool.create()]);
    for (const id of ids) await pool.admit(id);
    await pool.refuse(ids[0], 'token', { do: 'refuse', gate: 'rate-limit', times: { waitMs: 5000 } });
    await pool.refuse(ids[1], 'token', canaryRule('bad-key', 600_000));
    expect(await pool.ledger.peek()).toMatchObject({ reason: 'bad-key', waitMs: expect.closeTo(600_000, -4) });
  });
});

describe('rate-limit', () => {
  test('opens by time', async () => {
    const pool = await openPool('gate');
    const id = await refused(pool, { do: 'refuse', gate: 'rate-limit', times: { waitMs: 60 } });
    const untilAt = (await gate(pool, 'rate-limit'))?.untilAt ?? 0;
    await expect.poll(() => pool.admit(id, 'again'), often).toMatchObject({ kind: 'admitted' });
    const record = await pool.ledger.read.generation(id);
    expect(record?.attempts[1]?.admittedAt).toBeGreaterThanOrEqual(untilAt);
    expect(await pool.ledger.gates.closed()).toEqual([]);
  });

  test('a longer Retry-After wins over a shorter one', async () => {
    const pool = await openPool('gate');
    const ids = await Promise.all([pool.create(), pool.create()]);
    for (const id of ids) await pool.admit(id);
    await pool.refuse(ids[0], 'token', { do: 'refuse', gate: 'rate-limit', times: { waitMs: 600_000 } });
    const first = await gate(pool, 'rate-limit');
    await pool.refuse(ids[1], 'token', { do: 'refuse', gate: 'rate-limit', times: { waitMs: 1 } });
    expect((await gate(pool, 'rate-limit'))?.untilAt).toBe(first?.untilAt);
  });
});

describe.each(['key-cap', 'bad-key', 'maintenance'] as const)('%s, half-open', (reason) => {
  /** The gate is closed and its first canary is on its way. */
  async function withCanary(pool: Pool): Promise<string> {
    await refused(pool, canaryRule(reason, 20));
    const id = await pool.create();
    await expect
      .poll(() => pool.admit(id, 'canary'), often)
      .toMatchObject({ kind: 'admitted', canary: true, slots: 0 });
    return id;
  }

  // @guarantee G5
  test('lets exactly one of many through', async () => {
    const pool = await openPool('canary');
    await refused(pool, canaryRule(reason, 20));
    const ids = await Promise.all(Array.from({ length: 10 }, () => pool.create()));
    await expect.poll(() => pool.ledger.peek(), often).toMatchObject({ kind: 'slots' });
    const replies = await Promise.all(ids.map((id) => pool.admit(id)));
    expect(replies.filter(({ kind }) => kind === 'admitted')).toHaveLength(1);
    expect(replies.filter(({ kind }) => kind === 'wait')).toHaveLength(9);
  });

  test("the canary's task opens it", async () => {
    const pool = await openPool('canary');
    const canary = await withCanary(pool);
    expect(await pool.admit(await pool.create())).toMatchObject({ kind: 'wait', reason });
    await pool.accept(canary, 'canary', 'task-1');
    expect(await pool.ledger.gates.closed()).toEqual([]);
  });

  test("another attempt's task does not", async () => {
    const pool = await openPool('canary');
    const older = await pool.create();
    await pool.admit(older, 'older');
    const canary = await withCanary(pool);
    await pool.accept(older, 'older', 'task-1');
    expect(await gate(pool, reason)).toMatchObject({ mode: 'canary' });
    expect(await pool.state(canary)).toBe('submitting');
  });

  test("the canary's refusal doubles the interval up to the cap", async () => {
    const pool = await openPool('canary');
    await refused(pool, canaryRule(reason, 10, 30));
    const id = await pool.create();
    for (const [n, intervalMs] of [20, 30, 30].entries()) {
      await expect.poll(() => pool.admit(id, `canary-${n}`), often).toMatchObject({ kind: 'admitted', canary: true });
      await pool.refuse(id, `canary-${n}`, canaryRule(reason, 10, 30));
      const closed = await gate(pool, reason);
      expect(closed).toMatchObject({ intervalMs });
      expect(closed?.nextAt).toBeLessThanOrEqual((await pool.now()) + intervalMs);
    }
  });

  // @guarantee G5
  test('a canary that is slower than the interval still opens it: no second one is sent meanwhile', async () => {
    const pool = await openPool('canary');
    const canary = await withCanary(pool);
    const { admittedAt = 0 } = (await pool.ledger.read.generation(canary))?.attempts[0] ?? {};
    await expect.poll(() => pool.now(), often).toBeGreaterThan(admittedAt + 40);
    expect(await pool.admit(await pool.create())).toMatchObject({ kind: 'wait', reason });
    await pool.accept(canary, 'canary', 'task-1');
    expect(await pool.ledger.gates.closed()).toEqual([]);
  });

  test('an answer without meaning to the canary proves nothing', async () => {
    const pool = await openPool('canary');
    const canary = await withCanary(pool);
    await pool.lose(canary, 'canary', { answered: true, latencyMs: 10 });
    expect(await gate(pool, reason)).toMatchObject({ mode: 'canary' });
  });

  test('another refusal of the canary opens it: Kie got as far as judging the request', async () => {
    const pool = await openPool('canary');
    const canary = await withCanary(pool);
    await pool.refuse(canary, 'canary', RETRY);
    expect(await pool.ledger.gates.closed()).toEqual([]);
  });
});

describe('unreachable', () => {
  test('closes after several in a row; a response between them restarts the count', async () => {
    const pool = await openPool('unreachable');
    for (let i = 0; i < 2; i += 1) await refused(pool, notSent(), unsent);
    await generating(pool);
    for (let i = 0; i < 2; i += 1) await refused(pool, notSent(), unsent);
    expect(await pool.ledger.gates.closed()).toEqual([]);
    await refused(pool, notSent(), unsent);
    expect(await gate(pool, 'unreachable')).toMatchObject({ mode: 'canary' });
  });

  test('an attempt that refused itself says nothing about Kie', async () => {
    const pool = await openPool('unreachable');
    for (let i = 0; i < 5; i += 1) await refused(pool, notSent(), { ...unsent, ownFault: true });
    expect(await pool.ledger.gates.closed()).toEqual([]);
  });

  // @guarantee G1
  test('a run of lost answers closes it as well: each may be a paid video', async () => {
    const pool = await openPool('unreachable');
    for (let i = 0; i < 3; i += 1) {
      const id = await pool.create();
      await pool.admit(id, `lost-${i}`);
      await pool.lose(id, `lost-${i}`, { answered: i === 1, latencyMs: 10, gateAfter: 3 });
    }
    expect(await gate(pool, 'unreachable')).toMatchObject({ mode: 'canary' });
  });

  test('is opened by its canary when Kie answers in words', async () => {
    const pool = await openPool('unreachable');
    for (let i = 0; i < 3; i += 1) await refused(pool, notSent({ firstMs: 20, capMs: 20 }), unsent);
    const id = await pool.create();
    await expect.poll(() => pool.admit(id, 'canary'), often).toMatchObject({ kind: 'admitted', canary: true });
    await pool.accept(id, 'canary', 'task-1');
    expect(await pool.ledger.gates.closed()).toEqual([]);
  });

  test('a canary whose answer is lost keeps it closed for longer', async () => {
    const pool = await openPool('unreachable');
    for (let i = 0; i < 3; i += 1) await refused(pool, notSent({ firstMs: 20, capMs: 1000 }), unsent);
    const id = await pool.create();
    await expect.poll(() => pool.admit(id, 'canary'), often).toMatchObject({ kind: 'admitted', canary: true });
    await pool.lose(id, 'canary', { answered: true, latencyMs: 10, gateAfter: 3 });
    expect(await gate(pool, 'unreachable')).toMatchObject({ intervalMs: 40, refusals: 2 });
  });

  test('a canary that was not sent either keeps it closed for longer', async () => {
    const pool = await openPool('unreachable');
    for (let i = 0; i < 3; i += 1) await refused(pool, notSent({ firstMs: 20, capMs: 1000 }), unsent);
    const id = await pool.create();
    await expect.poll(() => pool.admit(id, 'canary'), often).toMatchObject({ kind: 'admitted', canary: true });
    await pool.refuse(id, 'canary', notSent({ firstMs: 20, capMs: 1000 }), unsent);
    expect(await gate(pool, 'unreachable')).toMatchObject({ intervalMs: 40, refusals: 2 });
  });
});
