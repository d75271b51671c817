import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startPool, testRequest, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { KEYS, startGateway, type GatewayFixture } from '../support.ts';

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'v1-generations' });
});
afterAll(() => pool.stop());

/** Enqueued for later, so that nothing happens to it meanwhile. */
async function waiting(prompt: string, options: object = {}): Promise<string> {
  return (await pool.producer.enqueue(testRequest(prompt), { delayMs: 3_600_000, ...options })).id;
}

describe('GET /v1/generations/:id', () => {
  test('shows a generation from its request to its result, without what is the pool’s own', async () => {
    const { ask } = await startGateway({ pool });
    const options = { metadata: { shot: '12' }, callBackUrl: 'http://127.0.0.1:9/' };
    const { id } = await pool.producer.enqueue(testRequest('whole life'), options);
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    const { status, body } = await ask(`/v1/generations/${id}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id,
      state: 'succeeded',
      tenant: 'default',
      model: testRequest('').model,
      request: testRequest('whole life'),
      callBackUrl: options.callBackUrl,
      metadata: options.metadata,
      attempts: [{ n: 1, outcome: 'accepted', taskId: body.taskId }],
      creditsConsumed: 55,
      delivery: { state: 'pending' },
      // Clients of versions before 0.3.0 read it by this name.
      notice: { state: 'pending' },
    });
    expect(body.resultUrls[0]).toMatch(/\.mp4$/);
    expect(body.endedAt).toBeGreaterThanOrEqual(body.createdAt);
    expect(JSON.stringify(body)).not.toMatch(/tokenHash|worker|account|sendBy/);
  });

  test('shows why one is dead, and what can be done', async () => {
    const { ask } = await startGateway({ pool });
    const id = await waiting('dead');
    await pool.ledger.kill({
      id,
      class: 'refused_repeatedly',
      expected: 'queued',
      evidence: { summary: 'it said no' },
    });
    const { body } = await ask(`/v1/generations/${id}`);
    expect(body).toMatchObject({
      state: 'dead',
      deadLetter: {
        class: 'refused_repeatedly',
        summary: 'it said no',
        advice: expect.any(String),
        redrive: { resumesAt: 'queued', payAgainNeeded: false, payAgainResumesAt: null },
      },
    });
  });

  // @guarantee G7
  test('is not found where it is unknown, no id at all, or of another tenant', async () => {
    const { ask } = await startGateway({ pool, keys: KEYS });
    const id = await waiting('of b', { tenant: 'b' });
    for (const path of [id, 'gen_0123456789abcdef', 'nonsense', '%00', '..%2f..']) {
      const answer = await ask(`/v1/generations/${path}`, { key: 'key-of-a' });
      expect(answer).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
    }
    for (const key of ['key-of-b', 'key-of-op']) expect((await ask(`/v1/generations/${id}`, { key })).status).toBe(200);
  });
});

describe('DELETE /v1/generations/:id', () => {
  test('cancels what is queued, also twice', async () => {
    const { ask } = await startGateway({ pool });
    const id = await waiting('to cancel');
    for (const _ of [1, 2]) {
      const answer = await ask(`/v1/generations/${id}`, { method: 'DELETE' });
      expect(answer).toMatchObject({ status: 200, body: { id, state: 'cancelled' } });
    }
    expect((await pool.ledger.read.generation(id))?.state).toBe('cancelled');
  });

  test('is too late afterwards, and reports the state', async () => {
    const { ask } = await startGateway({ pool });
    const [id = ''] = await pool.enqueue('too late');
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    const { status, body } = await ask(`/v1/generations/${id}`, { method: 'DELETE' });
    expect({ status, code: body.error.code }).toEqual({ status: 409, code: 'too_late' });
    expect(body.error.message).toContain('succeeded');
  });

  // @guarantee G7
  test('leaves another tenant’s alone', async () => {
    const { ask } = await startGateway({ pool, keys: KEYS });
    const id = await waiting('of b', { tenant: 'b' });
    expect((await ask(`/v1/generations/${id}`, { method: 'DELETE', key: 'key-of-a' })).status).toBe(404);
    expect((await pool.ledger.read.generation(id))?.state).toBe('queued');
  });
});

describe('GET /v1/generations', () => {
  /** The ids of all pages. */
  async function walk({ ask }: GatewayFixture, query: string, key: string, most = 100): Promise<string[]> {
    const ids: string[] = [];
    for (let cursor = '', pages = 1; ; pages += 1) {
      expect(pages).toBeLessThanOrEqual(most);
      const { status, body } = await ask(`/v1/generations?${query}${cursor}`, { key });
      expect(status).toBe(200);
      ids.push(...body.items.map(({ id }: { id: string }) => id));
      if (body.nextCursor === undefined) return ids;
      cursor = `&cursor=${body.nextCursor}`;
    }
  }

  test('pages through hundreds of the same moments without loss or repetition, newest first', async () => {
    const gateway = await startGateway({ pool, keys: KEYS });
    const options = { tenant: 'a', delayMs: 3_600_000 };
    const enqueued = await pool.producer.enqueueMany(
      Array.from({ length: 300 }, (_, i) => ({ request: testRequest(`page ${i}`), options })),
    );
    const wanted = enqueued.flatMap((item) => (item.ok ? [item.handle.id] : []));
    const ids = await walk(gateway, 'limit=37', 'key-of-a');
    expect(ids).toHaveLength(300);
    expect(new Set(ids)).toEqual(new Set(wanted));
    // The end is known on the last full page.
    expect(await walk(gateway, 'limit=100', 'key-of-a', 3)).toEqual(ids);
    const records = await pool.ledger.read.generations(ids);
    const times = records.map((record) => record?.createdAt ?? 0);
    expect(times).toEqual(times.toSorted((one, other) => other - one));
  });

  // @guarantee G7
  test('filters by state and time; a tenant sees its own alone, an operator whom it likes', async () => {
    const gateway = await startGateway({ pool, keys: [...KEYS, { key: 'key-of-c', tenant: 'c' }] });
    const first = await waiting('one', { tenant: 'c' });
    const [, second] = [await waiting('other', { tenant: 'd' }), await waiting('two', { tenant: 'c' })];
    await pool.ledger.cancel(first);
    const both = [first, second].toSorted();
    expect((await walk(gateway, '', 'key-of-c')).toSorted()).toEqual(both);
    expect(await walk(gateway, 'state=cancelled', 'key-of-c')).toEqual([first]);
    expect((await walk(gateway, 'tenant=c', 'key-of-op')).toSorted()).toEqual(both);
    expect((await walk(gateway, 'limit=100', 'key-of-op')).length).toBeGreaterThan(3);
    const at = (await pool.ledger.read.generation(second))?.createdAt ?? 0;
    expect(await walk(gateway, `from=${at}`, 'key-of-c')).toContain(second);
    expect(await walk(gateway, `from=${at + 1}`, 'key-of-c')).toEqual([]);
    expect((await walk(gateway, `to=${new Date(at).toISOString()}`, 'key-of-c')).toSorted()).toEqual(both);
    expect(await walk(gateway, 'to=2020-01-01', 'key-of-c')).toEqual([]);
    expect((await gateway.ask('/v1/generations?tenant=d', { key: 'key-of-c' })).status).toBe(403);
  });

  test.each([
    'limit=0',
    'limit=101',
    'limit=x',
    'state=done',
    'from=yesterday',
    'cursor=nonsense',
    `cursor=${Buffer.from('["a",1]').toString('base64url')}`,
    'unknown=1',
    'state=queued&state=dead',
  ])('refuses ?%s', async (query) => {
    const { ask } = await startGateway({ pool });
    expect(await ask(`/v1/generations?${query}`)).toMatchObject({
      status: 422,
      body: { error: { code: 'invalid_request', problems: [{ field: query.split('=')[0] }] } },
    });
  });
});
