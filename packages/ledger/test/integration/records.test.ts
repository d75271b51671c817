import { lastEventId, readEvents } from '@kieq/ledger';
import { describe, expect, test } from 'vitest';
import { ACCOUNT, evidence, generating, openPool, RETRY, settleArgs } from './fixture.ts';

describe('what goes through Lua and comes back', () => {
  test('payloads are frozen byte by byte, whatever they contain', async () => {
    const pool = await openPool('bytes');
    const payload = JSON.stringify({
      prompt: 'Grüße "quoted" \\ \u0000 \u2028 😀 \ud800',
      empty: [],
      none: null,
      no: false,
      zero: 0,
      big: 123456789012345680,
    });
    const id = await pool.create({ payload });
    expect(await pool.admit(id)).toMatchObject({ kind: 'admitted', payload });
  });

  test('evidence whose text was cut inside of a character is still written', async () => {
    const pool = await openPool('bytes');
    const id = await pool.create();
    await pool.admit(id, 'token');
    const cut = { summary: 'cut', msg: '😀😀'.slice(0, 3), body: '\udc00x' };
    expect(await pool.refuse(id, 'token', RETRY, { evidence: cut })).toMatchObject({ kind: 'queued' });
    expect((await pool.ledger.read.generation(id))?.attempts[0]?.evidence).toEqual({
      summary: 'cut',
      msg: '😀\uFFFD',
      body: '\uFFFDx',
    });
  });

  test('times, fractions, 0 and empty lists keep their value', async () => {
    const pool = await openPool('bytes');
    const { id, taskId } = await generating(pool, { priority: 0 });
    const verdict = {
      state: 'fail',
      resultUrls: [],
      resultJson: '',
      failCode: '500',
      failMsg: '',
      creditsConsumed: 0.1,
      createTime: 1_754_000_000_123,
      completeTime: 1_754_000_000_987,
    } as const;
    await pool.ledger.settle({ ...settleArgs(id, taskId), verdict });
    const record = await pool.ledger.read.generation(id);
    expect(record?.verdict).toEqual(verdict);
    expect(record?.priority).toBe(0);
    expect((await pool.ledger.read.stats())['credits']).toBe(0.1);
    expect(Math.abs((record?.settledAt ?? 0) - (await pool.now()))).toBeLessThan(60_000);
  });

  test.each(['success', 'fail'] as const)('the verdict %s is added to its attempt, whose rest stays', async (state) => {
    const pool = await openPool('bytes');
    const { id, taskId } = await generating(pool);
    const before: unknown = JSON.parse((await pool.raw(id))['a:1'] ?? '');
    await pool.ledger.settle(settleArgs(id, taskId, state));
    const after: unknown = JSON.parse((await pool.raw(id))['a:1'] ?? '');
    expect(after).toEqual({ ...Object(before), verdict: state });
  });

  // Every version reads an absent one as 0.
  test('a new record has no field that says zero of what has not happened', async () => {
    const pool = await openPool('bytes');
    const raw = await pool.raw(await pool.create());
    expect(raw).not.toHaveProperty('attempts');
    expect(raw).not.toHaveProperty('creditBase');
    expect(raw).toMatchObject({ state: 'queued', epoch: '1', queue: 'submit' });
    expect(raw).toMatchObject({ createdAt: raw['since'], queuedAt: raw['since'], notBefore: raw['since'] });
  });

  // @guarantee G7
  test('the record holds the hash of a token, and no more of it than the caller gave', async () => {
    const pool = await openPool('bytes');
    const { id, token } = await generating(pool);
    const texts = Object.values(await pool.raw(id)).filter((text) => text.includes(token));
    expect(texts).toHaveLength(1);
  });
});

describe('settings', () => {
  test('the first process stores them, one that differs gets the differences and changes nothing', async () => {
    const pool = await openPool('settings');
    const { settings } = pool.ledger;
    expect(await settings.agree({ baseUrl: 'https://api.kie.ai', pollLimitPerSecond: 10 })).toEqual({ kind: 'agreed' });
    expect(await settings.agree({ baseUrl: 'https://api.kie.ai', pollLimitPerSecond: 10 })).toEqual({ kind: 'agreed' });
    const stored = await settings.stored();
    const reply = await settings.agree({
      baseUrl: 'https://staging',
      pollLimitPerSecond: 10,
      accountFingerprint: ACCOUNT,
    });
    expect(reply).toEqual({
      kind: 'differs',
      differences: [{ setting: 'baseUrl', stored: 'https://api.kie.ai', received: 'https://staging' }],
    });
    expect(await settings.stored()).toEqual(stored);
    expect(await settings.overwrite({ baseUrl: 'https://staging' })).toEqual({ kind: 'agreed' });
    expect(await settings.stored()).toEqual({ ...stored, baseUrl: 'https://staging' });
  });

  test('of two that start together and differ, one gets the differences', async () => {
    const pool = await openPool('settings');
    const [one, other] = await Promise.all([pool.another(), pool.another()]);
    const replies = await Promise.all([
      one.settings.agree({ pollLimitPerSecond: 1 }),
      other.settings.agree({ pollLimitPerSecond: 2 }),
    ]);
    expect(replies.map(({ kind }) => kind).toSorted()).toEqual(['agreed', 'differs']);
  });
});

describe('reads', () => {
  test('lists a state page by page, oldest or newest first', async () => {
    const pool = await openPool('reads');
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1) ids.push(await pool.create());
    const { listState } = pool.ledger.read;
    const first = await listState('queued', { limit: 2, newestFirst: false });
    expect(first).toMatchObject({ items: [{ id: ids[0] }, { id: ids[1] }], next: 2 });
    expect(await listState('queued', { offset: 4, limit: 2, newestFirst: false })).toEqual({
      items: [{ id: ids[4], at: expect.any(Number) }],
    });
    expect((await listState('queued', { limit: 1 })).items).toMatchObject([{ id: ids[4] }]);
  });

  test('a generation that does not exist is undefined', async () => {
    const pool = await openPool('reads');
    expect(await pool.ledger.read.generation('gen_nowhere000')).toBeUndefined();
    expect(await pool.ledger.read.taskOwner('nowhere')).toBeUndefined();
  });
});

describe('events', () => {
  test('every change is announced in order, to a reader that subscribed before', async () => {
    const pool = await openPool('events');
    expect(await lastEventId(pool.redis, pool.root)).toBe('0-0');
    const { id, taskId } = await generating(pool);
    const after = await lastEventId(pool.redis, pool.root);
    await pool.ledger.settle(settleArgs(id, taskId));
    await pool.ledger.gates.pause('ours');
    const events = await readEvents(pool.redis, pool.root, after, 10);
    expect(events).toMatchObject([
      { generation: id, state: 'succeeded', event: 'verdict', tenant: 'acme' },
      { generation: '', state: 'paused', event: 'gate-closed', tenant: '' },
    ]);
    const all = await readEvents(pool.redis, pool.root, '0-0', 10);
    expect(all.map(({ event }) => event)).toEqual(['created', 'admitted', 'accepted', 'verdict', 'gate-closed']);
    expect(await readEvents(pool.redis, pool.root, events[1]?.id ?? '', 10)).toEqual([]);
  });

  test('what changes nothing is not announced', async () => {
    const pool = await openPool('events');
    const { id, token, taskId } = await generating(pool);
    const before = await lastEventId(pool.redis, pool.root);
    await pool.accept(id, token, taskId);
    await pool.ledger.cancel(id);
    await pool.ledger.kill({ id, class: 'payment_unknown', expected: 'unknown', evidence });
    expect(await lastEventId(pool.redis, pool.root)).toBe(before);
  });
});
