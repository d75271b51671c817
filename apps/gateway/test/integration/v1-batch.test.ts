import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { startPool, testRequest, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { KEYS, startGateway } from '../support.ts';

const PATH = '/v1/generations/batch';

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'v1-batch', workers: 0 });
});
afterAll(() => pool.stop());

describe('POST /v1/generations/batch', () => {
  test('gives every item its own outcome, in order', async () => {
    const { ask } = await startGateway({ pool, keys: KEYS });
    const keyed = { ...testRequest('twice'), idempotencyKey: 'twice' };
    const items = [
      testRequest('first'),
      { ...testRequest('bad'), unknown: 1 },
      keyed,
      'no object',
      { ...testRequest('of b'), tenant: 'b' },
      keyed,
      { ...testRequest('another'), idempotencyKey: 'twice' },
      testRequest('last'),
    ];
    const { status, body } = await ask(PATH, { key: 'key-of-a', body: { items } });
    expect(status).toBe(200);
    const made = { ok: true, id: expect.stringMatching(/^gen_/), created: true, state: 'queued' };
    const refused = (code: string, ...problems: object[]) => ({
      ok: false,
      error: { code, message: expect.any(String), problems },
    });
    expect(body.items).toEqual([
      made,
      refused('invalid_request', { field: 'unknown', rule: 'is no known field', received: '1' }),
      made,
      refused('invalid_request', { field: '', rule: 'must be a JSON object', received: '"no object"' }),
      refused('forbidden'),
      { ...made, id: body.items[2].id, created: false },
      refused('idempotency_conflict'),
      made,
    ]);
    expect((await pool.queues.submit.getJobCounts())['prioritized']).toBe(3);
    const records = await pool.ledger.read.generations([body.items[0].id, body.items[7].id]);
    expect(records.map((record) => record?.tenant)).toEqual(['a', 'a']);
  });

  test('a warning reaches the caller alone, and is no field that the producer does not know', async () => {
    const heard: string[] = [];
    const hear = ({ message }: Error): number => heard.push(message);
    process.on('warning', hear);
    onTestFinished(() => void process.off('warning', hear));
    const { ask } = await startGateway({ pool, keys: KEYS });
    const item = { ...testRequest('warned'), metadata: {}, progressCallBackUrl: 'https://x.test' };
    const { body } = await ask(PATH, { key: 'key-of-a', body: { items: [item, testRequest('not warned')] } });
    expect(body.items).toMatchObject([{ ok: expect.any(Boolean) }, { ok: true }]);
    await setImmediate();
    expect(heard).toEqual([]);
  });

  test('takes bodies far beyond those of a single request', async () => {
    const { ask } = await startGateway({ pool });
    const items = Array.from({ length: 1000 }, (_, i) => ({
      model: 'other/model',
      input: { prompt: `${i}`, filler: 'x'.repeat(1100) },
    }));
    const { status, body } = await ask(PATH, { body: { items } });
    expect(status).toBe(200);
    expect(new Set(body.items.map(({ id }: { id: string }) => id)).size).toBe(1000);
  });

  test('items with too many values get one problem, and the valid item next to them is created', async () => {
    const { ask } = await startGateway({ pool });
    const numbers = Array.from({ length: 40_000 }, (_, i) => i);
    const { model, input } = testRequest('beside');
    const list = { model, input: { ...input, image_urls: numbers } };
    const unknown = { model, input, ...Object.fromEntries(numbers.map((i) => [`x${i}`, i])) };
    const { status, body } = await ask(PATH, { body: { items: [list, testRequest('beside'), unknown, list] } });
    expect(status).toBe(200);
    const problems = [{ field: 'input', rule: 'must have at most 2000 values', received: 'more' }];
    const refused = { ok: false, error: { code: 'invalid_request', message: expect.any(String), problems } };
    const made = { ok: true, id: expect.any(String), created: true, state: 'queued' };
    expect(body.items).toEqual([refused, made, refused, refused]);
    expect(await pool.ledger.read.generation(body.items[1].id)).toMatchObject({ state: 'queued' });
  });

  test.each([
    ['none', { items: [] }],
    ['too many', { items: Array.from({ length: 1001 }, () => 1) }],
    ['no list', { items: {} }],
    ['unknown fields', { items: [1], tenant: 'x' }],
    ['nothing', {}],
  ])('refuses %s', async (_name, body) => {
    const { ask } = await startGateway({ pool });
    expect(await ask(PATH, { body })).toMatchObject({ status: 422, body: { error: { code: 'invalid_request' } } });
  });

  test('refuses one idempotency key for all', async () => {
    const { ask } = await startGateway({ pool });
    const answer = await ask(PATH, { body: { items: [testRequest('x')] }, headers: { 'idempotency-key': 'k' } });
    expect(answer).toMatchObject({ status: 422, body: { error: { problems: [{ field: 'Idempotency-Key' }] } } });
  });

  test('returns no secret', async () => {
    const { ask } = await startGateway({ pool, keys: KEYS });
    const item = { ...testRequest('x'), apiKey: 'hunter2hunter2', note: 'key-of-a' };
    const { body } = await ask(PATH, { key: 'key-of-a', body: { items: [item] } });
    expect(body.items[0].error.problems).toHaveLength(2);
    expect(JSON.stringify(body)).not.toMatch(/hunter2|key-of-a/);
  });
});
