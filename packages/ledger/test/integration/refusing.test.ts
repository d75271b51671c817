import type { EndpointRule, RefuseRule } from '@kieq/ledger';
import { describe, expect, test } from 'vitest';
import { openPool, RETRY, type Pool } from './fixture.ts';

const LONG = { firstMs: 600_000, capMs: 6_000_000 };
/** A canary is due in the moment in which the one before is answered. */
const AT_ONCE = { firstMs: 0, capMs: 0 };

/** A refusal that names a field. */
const OF_REQUEST = {
  do: 'retry',
  count: 'validationRetries',
  retries: 1,
  then: 'invalid_request',
  delayMs: 30_000,
} as const;

function byPlace(change: Partial<EndpointRule> = {}): RefuseRule {
  const place = { same: '422 channel not found', after: 5, times: LONG, behindMs: 0, memoryMs: 600_000, ...change };
  return { ...OF_REQUEST, place };
}

let tokens = 0;
/** Submits a generation, which must be admitted, and has it refused. */
async function refuse(pool: Pool, id: string, rule: RefuseRule = byPlace()) {
  const token = `token-${(tokens += 1)}`;
  expect(await pool.admit(id, token)).toMatchObject({ kind: 'admitted' });
  return pool.refuse(id, token, rule, { class: 'invalid_request' });
}

async function accept(pool: Pool, id: string): Promise<void> {
  const token = `token-${(tokens += 1)}`;
  expect(await pool.admit(id, token)).toMatchObject({ kind: 'admitted' });
  await pool.accept(id, token, `${id}-task`);
}

async function refuseNew(pool: Pool, count: number, tenant = 'acme', model = 'm', rule?: RefuseRule) {
  const ids: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const id = await pool.create({ tenant, model });
    await refuse(pool, id, rule);
    ids.push(id);
  }
  return ids;
}

const closed = async (pool: Pool): Promise<string[]> => (await pool.ledger.gates.closed()).map(({ reason }) => reason);
const retries = async (pool: Pool, id: string) => (await pool.ledger.read.generation(id))?.validationRetries;

describe('the gate refusing', () => {
  // @guarantee G5
  test('closes at the fifth generation in a row; it and all that follow are queued again for nothing', async () => {
    const pool = await openPool('refusing');
    const open = await Promise.all(Array.from({ length: 20 }, () => pool.create()));
    for (const id of open) await pool.admit(id, id);
    const replies = [];
    for (const id of open) replies.push(await pool.refuse(id, id, byPlace(), { class: 'invalid_request' }));
    expect(replies.map((reply) => reply.kind)).toEqual(open.map(() => 'queued'));
    expect(await Promise.all(open.map((id) => retries(pool, id)))).toEqual([1, 1, 1, 1, ...open.slice(4).map(() => 0)]);
    const [gate] = await pool.ledger.gates.closed();
    expect(gate).toMatchObject({ reason: 'refusing', mode: 'canary', refusals: 16, detail: '422 channel not found' });
    expect(await pool.admit(await pool.create())).toMatchObject({ kind: 'wait', reason: 'refusing' });
  });

  test('one generation that is refused again and again becomes a dead letter alone', async () => {
    const pool = await openPool('refusing');
    const id = await pool.create();
    expect(await refuse(pool, id, byPlace({ after: 2 }))).toMatchObject({ kind: 'queued', delayMs: 30_000 });
    expect(await refuse(pool, id, byPlace({ after: 2 }))).toMatchObject({ kind: 'dead', class: 'invalid_request' });
    expect(await closed(pool)).toEqual([]);
  });

  test('forgives what the generations of the row were counted before it closed', async () => {
    const pool = await openPool('refusing');
    const ids = await refuseNew(pool, 5);
    await pool.ledger.gates.open('refusing');
    // What is refused in the very millisecond in which it closed is forgiven with the row.
    const closedAt = await pool.ledger.read.now();
    await expect.poll(() => pool.ledger.read.now()).toBeGreaterThan(closedAt);
    expect(await refuse(pool, ids[0] ?? '')).toMatchObject({ kind: 'queued' });
    expect(await retries(pool, ids[0] ?? '')).toBe(1);
    expect(await refuse(pool, ids[0] ?? '')).toMatchObject({ kind: 'dead' });
  });

  test.each<[string, (pool: Pool) => Promise<unknown>]>([
    ['an acceptance', async (pool) => accept(pool, await pool.create())],
    [
      'an acceptance by a worker of the version before',
      (pool) => pool.redis.hincrby(`${pool.root}stats`, 'accepted', 1),
    ],
    ['a refusal that names a field', (pool) => refuseNew(pool, 1, 'acme', 'm', OF_REQUEST)],
    ['a refusal in other words', (pool) => refuseNew(pool, 1, 'acme', 'm', byPlace({ same: '404 not found' }))],
  ])('%s ends the row', async (_what, between) => {
    const pool = await openPool('refusing');
    await refuseNew(pool, 4);
    await between(pool);
    await refuseNew(pool, 4);
    expect(await closed(pool)).toEqual([]);
    await refuseNew(pool, 1);
    expect(await closed(pool)).toEqual(['refusing']);
  });

  test('a server error between them is no judgement of a request', async () => {
    const pool = await openPool('refusing');
    await refuseNew(pool, 4);
    await refuseNew(pool, 1, 'acme', 'm', RETRY);
    await refuseNew(pool, 1);
    expect(await closed(pool)).toEqual(['refusing']);
  });

  test('a row is forgotten after its time', async () => {
    const pool = await openPool('refusing');
    await refuseNew(pool, 4);
    const left = await pool.redis.pttl(`${pool.root}refusals`);
    expect(left).toBeGreaterThan(590_000);
    expect(left).toBeLessThanOrEqual(600_000);
  });
});

describe('a bad batch of one tenant next to others', () => {
  test('does not close it: others go instead of the batch, and one acceptance ends the row', async () => {
    const pool = await openPool('refusing');
    const good = await pool.create({ tenant: 'good' });
    const sent = await Promise.all(Array.from({ length: 8 }, () => pool.create({ tenant: 'bad' })));
    for (const id of sent) await pool.admit(id, id);
    for (const id of sent) await pool.refuse(id, id, byPlace());
    const batch = await pool.create({ tenant: 'bad' });
    expect(await closed(pool)).toEqual([]);
    expect(await pool.admit(batch)).toEqual({ kind: 'instead', id: good, vehicle: `${good}-1` });
    await accept(pool, good);
    expect(await refuse(pool, batch)).toMatchObject({ kind: 'queued' });
    expect(await refuse(pool, batch)).toMatchObject({ kind: 'dead', class: 'invalid_request' });
  });

  test('whatever models it names: three pairs of one tenant are not enough while another tenant waits', async () => {
    const pool = await openPool('refusing');
    await pool.create({ tenant: 'good' });
    const batch = await Promise.all(
      ['a', 'b', 'c', 'd', 'e', 'f'].map((model) => pool.create({ tenant: 'bad', model })),
    );
    for (const id of batch) await pool.admit(id, id);
    for (const id of batch) await pool.refuse(id, id, byPlace());
    expect(await closed(pool)).toEqual([]);
  });

  test('three pairs of two tenants close it, although a third waits; that one is its canary at once', async () => {
    const pool = await openPool('refusing');
    const third = await pool.create({ tenant: 'third' });
    const pairs = ['one m', 'one n', 'two m', 'one m', 'two m'].map((pair) => pair.split(' '));
    const ids = await Promise.all(pairs.map(([tenant = '', model = '']) => pool.create({ tenant, model })));
    for (const id of ids) await pool.admit(id, id);
    for (const id of ids) await pool.refuse(id, id, byPlace());
    expect(await closed(pool)).toEqual(['refusing']);
    const next = await pool.create({ tenant: 'one' });
    expect(await pool.admit(next)).toEqual({ kind: 'instead', id: third, vehicle: `${third}-1` });
    expect(await pool.admit(third, 'canary', { instead: true })).toMatchObject({ kind: 'admitted', canary: true });
  });

  // @guarantee G5
  test('alone it closes it, and the first generation of another tenant opens it at once', async () => {
    const pool = await openPool('refusing');
    await refuseNew(pool, 5, 'bad');
    expect(await pool.admit(await pool.create({ tenant: 'bad' }))).toMatchObject({ kind: 'wait', reason: 'refusing' });
    const good = await pool.create({ tenant: 'good' });
    expect(await pool.ledger.peek()).toMatchObject({ kind: 'slots' });
    await accept(pool, good);
    expect(await closed(pool)).toEqual([]);
  });

  test('cannot close it again once another was accepted, until one of its own is', async () => {
    const pool = await openPool('refusing');
    await refuseNew(pool, 5, 'bad');
    await accept(pool, await pool.create({ tenant: 'good' }));
    await refuseNew(pool, 9, 'bad');
    expect(await closed(pool)).toEqual([]);
    await accept(pool, await pool.create({ tenant: 'bad' }));
    await refuseNew(pool, 5, 'bad');
    expect(await closed(pool)).toEqual(['refusing']);
  });
});

describe('its canaries', () => {
  const soon = (): RefuseRule => byPlace({ times: AT_ONCE });

  test('rotate over the pairs, also where the job at the head is always of the same one', async () => {
    const pool = await openPool('refusing');
    const tenants = ['a', 'b', 'c'];
    const sent = await Promise.all(['a', 'b', 'c', 'a', 'b'].map((tenant) => pool.create({ tenant })));
    const waiting = await Promise.all(tenants.map((tenant) => pool.create({ tenant })));
    const [head = ''] = waiting;
    for (const id of sent) await pool.admit(id, id);
    for (const id of sent) await pool.refuse(id, id, soon());
    expect(await closed(pool)).toEqual(['refusing']);
    const asked: (string | undefined)[] = [];
    for (let i = 0; i < 6; i += 1) {
      const reply = await pool.admit(head, `try-${i}`);
      const id = reply.kind === 'instead' ? reply.id : head;
      if (reply.kind === 'instead') await pool.admit(id, `try-${i}`, { instead: true });
      asked.push((await pool.ledger.read.generation(id))?.tenant);
      await pool.refuse(id, `try-${i}`, soon(), { class: 'invalid_request' });
    }
    expect([new Set(asked.slice(0, 3)), new Set(asked.slice(3))]).toEqual([new Set(tenants), new Set(tenants)]);
    expect(await Promise.all(waiting.map((id) => retries(pool, id)))).toEqual([0, 0, 0]);
  });

  test('go behind when they are refused, by a new job where it was not their own', async () => {
    const pool = await openPool('refusing');
    const rule = byPlace({ times: AT_ONCE, behindMs: 60_000 });
    await refuseNew(pool, 5, 'acme', 'm', rule);
    const [own, other] = [await pool.create(), await pool.create()];
    expect(await refuse(pool, own, rule)).toMatchObject({ kind: 'queued', added: true, delayMs: 60_000 });
    await pool.admit(other, 'instead', { instead: true });
    const reply = await pool.refuse(other, 'instead', rule);
    expect(reply).toMatchObject({ kind: 'queued', added: false, delayMs: 60_000, vehicle: `${other}-2` });
  });

  test('become dead letters when another pair was accepted meanwhile and they are refused again', async () => {
    const pool = await openPool('refusing');
    await refuseNew(pool, 5, 'bad', 'm', soon());
    const canary = await pool.create({ tenant: 'bad' });
    expect(await refuse(pool, canary, soon())).toMatchObject({ kind: 'queued' });
    await accept(pool, await pool.create({ tenant: 'good' }));
    expect(await pool.state(canary)).toBe('queued');
    expect(await refuse(pool, canary, soon())).toMatchObject({ kind: 'dead', class: 'invalid_request' });
  });

  test('that are under way while another pair is accepted become dead letters as well', async () => {
    const pool = await openPool('refusing');
    await refuseNew(pool, 4, 'bad', 'm', soon());
    const earlier = await pool.create({ tenant: 'good' });
    await pool.admit(earlier, 'earlier');
    await refuseNew(pool, 1, 'bad', 'm', soon());
    const canary = await pool.create({ tenant: 'bad' });
    await pool.admit(canary, 'canary');
    await pool.accept(earlier, 'earlier', 'task-1');
    expect(await closed(pool)).toEqual([]);
    expect(await pool.refuse(canary, 'canary', soon())).toMatchObject({ kind: 'dead', class: 'invalid_request' });
  });

  test('are not outdone by an acceptance from before the first refusal: the endpoint may have broken since', async () => {
    const pool = await openPool('refusing');
    const earlier = await pool.create({ tenant: 'good' });
    await pool.admit(earlier, 'earlier');
    const { admittedAt = 0 } = (await pool.ledger.read.generation(earlier))?.attempts[0] ?? {};
    await expect.poll(() => pool.now(), { interval: 1 }).toBeGreaterThan(admittedAt);
    await refuseNew(pool, 5, 'bad');
    await pool.accept(earlier, 'earlier', 'task-1');
    expect(await closed(pool)).toEqual(['refusing']);
  });

  test('have their retry where only their own pair was accepted', async () => {
    const pool = await openPool('refusing');
    await refuseNew(pool, 5, 'acme', 'm', soon());
    const canary = await pool.create();
    await refuse(pool, canary, soon());
    await accept(pool, await pool.create());
    expect(await refuse(pool, canary, soon())).toMatchObject({ kind: 'queued' });
  });

  test('whose answer is lost prove nothing, and the next pair is asked', async () => {
    const pool = await openPool('refusing');
    await refuseNew(pool, 5, 'a', 'm', soon());
    const other = await pool.create({ tenant: 'b' });
    await pool.admit(other, 'lost');
    await pool.lose(other, 'lost', { answered: true, latencyMs: 10 });
    expect(await closed(pool)).toEqual(['refusing']);
    expect(await pool.admit(await pool.create({ tenant: 'a' }))).toMatchObject({ kind: 'wait', reason: 'refusing' });
  });

  test('open it when they are refused in any other words', async () => {
    const pool = await openPool('refusing');
    await refuseNew(pool, 5, 'acme', 'm', soon());
    await refuse(pool, await pool.create(), byPlace({ same: '400 another thing' }));
    expect(await closed(pool)).toEqual([]);
  });

  test('come ever slower', async () => {
    const pool = await openPool('refusing');
    await refuseNew(pool, 5, 'acme', 'm', byPlace({ times: { firstMs: 1, capMs: 4000 } }));
    const id = await pool.create();
    for (const intervalMs of [2, 4, 8]) {
      await expect.poll(() => pool.admit(id, `try-${intervalMs}`), { interval: 1 }).toMatchObject({ kind: 'admitted' });
      await pool.refuse(id, `try-${intervalMs}`, byPlace());
      expect((await pool.ledger.gates.closed())[0]).toMatchObject({ intervalMs });
    }
  });
});
