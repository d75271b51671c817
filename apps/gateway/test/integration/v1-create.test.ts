import { randomUUID } from 'node:crypto';
import { uploadUrl } from '@kieq/domain';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startPool, testRequest, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { KEYS, startGateway } from '../support.ts';

const PATH = '/v1/generations';
const UPLOADED = uploadUrl({ tenant: 'default', sha256: 'a'.repeat(64), copy: randomUUID(), extension: 'png' });

const NUMBERS = Array.from({ length: 40_000 }, (_, i) => i);

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'v1-create', workers: 0 });
});
afterAll(() => pool.stop());

describe('POST /v1/generations', () => {
  test('creates with every option, and says where it is', async () => {
    const { ask } = await startGateway({ pool });
    const options = { priority: 7, delayMs: 60_000, deadlineMs: 120_000, metadata: { shot: '12' } };
    const callBackUrl = 'http://127.0.0.1:9/hook';
    const answer = await ask(PATH, { body: { ...testRequest('all options'), ...options, callBackUrl } });
    const { id } = answer.body;
    expect(answer).toMatchObject({ status: 201, body: { id, created: true, state: 'queued' } });
    expect(answer.headers.get('location')).toBe(`/v1/generations/${id}`);
    const record = await pool.ledger.read.generation(id);
    expect(record).toMatchObject({ tenant: 'default', priority: 7, callback: true });
    expect(record?.notBefore).toBe((record?.createdAt ?? 0) + 60_000);
    expect(record?.deadlineAt).toBe((record?.notBefore ?? 0) + 120_000);
    expect(JSON.parse(record?.payload ?? '')).toEqual({
      request: testRequest('all options'),
      callBackUrl,
      metadata: { shot: '12' },
    });
  });

  // @guarantee G1
  test('one idempotency key is one generation, by header or in the body; another request is refused', async () => {
    const { ask } = await startGateway({ pool });
    const body = testRequest('by key');
    const first = await ask(PATH, { body, headers: { 'Idempotency-Key': 'k-1' } });
    const again = await ask(PATH, { body: { ...body, idempotencyKey: 'k-1' } });
    const both = await ask(PATH, { body: { ...body, idempotencyKey: 'k-1' }, headers: { 'Idempotency-Key': 'k-1' } });
    expect(first).toMatchObject({ status: 201, body: { created: true } });
    for (const { status, body: same } of [again, both]) {
      expect({ status, same }).toEqual({ status: 200, same: { id: first.body.id, created: false, state: 'queued' } });
    }
    const other = await ask(PATH, { body: testRequest('another'), headers: { 'Idempotency-Key': 'k-1' } });
    expect(other).toMatchObject({ status: 422, body: { error: { code: 'idempotency_conflict' } } });
    const differing = await ask(PATH, {
      body: { ...body, idempotencyKey: 'k-2' },
      headers: { 'Idempotency-Key': 'k-1' },
    });
    expect(differing).toMatchObject({ status: 422, body: { error: { problems: [{ field: 'idempotencyKey' }] } } });
  });

  test('the state of one that existed is its state of now', async () => {
    const { ask } = await startGateway({ pool });
    const body = { ...testRequest('existed'), idempotencyKey: 'k-cancelled' };
    const { id } = (await ask(PATH, { body })).body;
    await pool.ledger.cancel(id);
    expect((await ask(PATH, { body })).body).toEqual({ id, created: false, state: 'cancelled' });
  });

  // @guarantee G1
  test('tells every problem together, unknown fields among them', async () => {
    const { ask } = await startGateway({ pool });
    const request = testRequest('');
    const body = { ...request, idempotencykey: 'misspelt', priority: 0, input: { ...request.input, duration: '7' } };
    const { status, body: answer } = await ask(PATH, { body });
    expect(status).toBe(422);
    expect(answer.error.code).toBe('invalid_request');
    expect(answer.error.problems.map(({ field }: { field: string }) => field).toSorted()).toEqual([
      'idempotencykey',
      'input.duration',
      'input.prompt',
      'priority',
    ]);
  });

  test.each([null, '', ' '])('options of %j are absent', async (blank) => {
    const { ask } = await startGateway({ pool });
    const names = ['tenant', 'priority', 'delayMs', 'deadlineMs', 'callBackUrl', 'metadata', 'progressCallBackUrl'];
    const body = { ...testRequest('absent'), ...Object.fromEntries(names.map((name) => [name, blank])) };
    const answer = await ask(PATH, { body });
    const { id } = answer.body;
    expect(answer).toMatchObject({ status: 201, body: { id, created: true, state: 'queued' } });
    expect(answer.body).not.toHaveProperty('warnings');
    const record = await pool.ledger.read.generation(id);
    expect(record).toMatchObject({ tenant: 'default', priority: 100, callback: false });
    expect(JSON.parse(record?.payload ?? '')).toEqual({ request: testRequest('absent') });
    // The same holds for every other interface.
    const read = await ask(`${PATH}?state=&tenant=${encodeURIComponent(blank ?? '')}&limit=&cursor=`);
    expect(read.status).toBe(200);
    const redrive = await ask(`/v1/dead-letters/${id}/redrive`, { body: { payAgain: blank, class: blank } });
    expect(redrive).toMatchObject({ status: 409, body: { error: { code: 'not_redrivable' } } });
  });

  test('warns of what has no effect: a progress callback, and a key that is none', async () => {
    const { ask } = await startGateway({ pool });
    const progressCallBackUrl = 'https://caller.example/progress';
    const progress = { field: 'progressCallBackUrl', message: expect.stringMatching(/^is not passed on to Kie/) };
    const noKey = { field: 'idempotencyKey', message: expect.stringContaining('counts as absent') };
    const body = { ...testRequest('warned'), progressCallBackUrl, idempotencyKey: '' };
    const one = await ask(PATH, { body });
    expect(one).toMatchObject({ status: 201, body: { warnings: [noKey, progress] } });
    expect((await pool.ledger.read.generation(one.body.id))?.payload).not.toContain('progress');
    const many = await ask(`${PATH}/batch`, { body: { items: [testRequest('plain'), body] } });
    expect(many.body.items.map(({ warnings }: { warnings?: unknown }) => warnings)).toEqual([
      undefined,
      [noKey, progress],
    ]);
    const byHeader = await ask(PATH, { body: testRequest('header'), headers: { 'idempotency-key': ' ' } });
    expect(byHeader.body.warnings).toEqual([{ ...noKey, field: 'Idempotency-Key' }]);
    const given = await ask(PATH, {
      body: { ...body, idempotencyKey: 'k-warned' },
      headers: { 'idempotency-key': '' },
    });
    expect(given.body.warnings).toEqual([progress]);
  });

  test.each([
    ['no object', '[]', 422],
    ['null', 'null', 422],
    ['no JSON', '{', 400],
    ['input as text', JSON.stringify({ ...testRequest('x'), input: 'x' }), 422],
    ['too deep', `{"model":"m","input":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`, 422],
    ['a deep key', `{"model":"m","input":{},"idempotencyKey":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, 422],
  ])('refuses %s', async (_name, body, status) => {
    const { ask } = await startGateway({ pool });
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'k' };
    expect(await ask(PATH, { body, headers })).toMatchObject({ status });
  });

  test('names the limit for values without end, and not each of them', async () => {
    const { ask } = await startGateway({ pool });
    const fields = Object.fromEntries(NUMBERS.map((i) => [`x${i}`, i]));
    const { model, input } = testRequest('without end');
    for (const body of [
      { model, input: { ...input, image_urls: NUMBERS } },
      { model, input, ...fields },
      { model: 'other/model', input: fields },
    ]) {
      const answer = await ask(PATH, { body });
      expect(answer).toMatchObject({ status: 422, body: { error: { code: 'invalid_request' } } });
      const limit = { field: 'input', rule: 'must have at most 2000 values', received: 'more' };
      expect(answer.body.error.problems).toEqual([limit]);
    }
  });

  test('refuses addresses that must not be called, and images of other calls', async () => {
    const { ask } = await startGateway({ pool, allowPrivateUrls: false });
    const request = testRequest('addresses');
    const hook = await ask(PATH, { body: { ...request, callBackUrl: 'http://169.254.169.254/x' } });
    expect(hook).toMatchObject({ status: 422, body: { error: { problems: [{ field: 'callBackUrl' }] } } });
    const nested = { ...request, input: { ...request.input, more: { deep: [UPLOADED] } } };
    for (const body of [nested, { model: 'other/model', input: { image: UPLOADED } }]) {
      const answer = await ask(PATH, { body });
      expect(answer).toMatchObject({ status: 422, body: { error: { problems: [{ field: 'input' }] } } });
    }
  });

  test('belongs to the tenant of the key; only an operator names another', async () => {
    const { ask } = await startGateway({ pool, keys: KEYS });
    const body = { ...testRequest('of a tenant'), idempotencyKey: 'same for both' };
    const a = await ask(PATH, { key: 'key-of-a', body });
    const b = await ask(PATH, { key: 'key-of-b', body });
    expect([a.status, b.status]).toEqual([201, 201]);
    expect(b.body.id).not.toBe(a.body.id);
    expect(await ask(PATH, { key: 'key-of-a', body: { ...body, tenant: 'b' } })).toMatchObject({
      status: 403,
      body: { error: { code: 'forbidden' } },
    });
    expect(await ask(PATH, { key: 'key-of-a', body: { ...body, tenant: 5 } })).toMatchObject({ status: 422 });
    expect((await ask(PATH, { key: 'key-of-op', body: { ...body, tenant: 'b' } })).body.id).toBe(b.body.id);
    const own = await ask(PATH, { key: 'key-of-op', body });
    expect((await pool.ledger.read.generation(own.body.id))?.tenant).toBe('default');
  });
});
