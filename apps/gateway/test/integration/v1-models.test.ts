import { MODELS, exampleInput } from '@kieq/models';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startPool, testRequest, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { KEYS, startGateway } from '../support.ts';

const IMAGE = 'https://images.example.com/cat.png';

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'v1-models', workers: 0 });
});
afterAll(() => pool.stop());

describe('GET /v1/models', () => {
  test('lists every model of the catalogue', async () => {
    const { ask } = await startGateway({ pool });
    const { status, body } = await ask('/v1/models');

    expect(status).toBe(200);
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual(MODELS.map(({ id }) => id));
    expect(body.items).toContainEqual(
      expect.objectContaining({ id: 'kling-3.0/video', sound: { field: 'sound' }, strict: false }),
    );
  });

  test('shows one by its name, escaped or in parts, with schema, prices and sources', async () => {
    const { ask } = await startGateway({ pool });
    const byName = await ask('/v1/models/kling-3.0%2Fvideo');
    const byParts = await ask('/v1/models/kling-3.0/video');

    expect(byName).toMatchObject({
      status: 200,
      body: {
        id: 'kling-3.0/video',
        inputSchema: { type: 'object', properties: { duration: { type: 'string' } } },
        prices: [{ unit: 'second', source: 'P2', date: '2026-09-20' }],
        sources: { A: { date: '2026-08-19' }, P2: { date: '2026-09-20' } },
      },
    });
    expect(byParts.body).toEqual(byName.body);
    expect((await ask('/v1/models/veo-3-1')).body).toMatchObject({ id: 'veo-3-1' });
  });

  test('suggests a name for one that is misspelt', async () => {
    const { ask } = await startGateway({ pool });
    expect(await ask('/v1/models/kling-3.0%2Fvidoe')).toMatchObject({
      status: 404,
      body: { error: { code: 'not_found', message: expect.stringContaining('did you mean kling-3.0/video?') } },
    });
  });

  test('has the completion times that this pool has measured', async () => {
    const { ask } = await startGateway({ pool });
    const kind = 'hailuo/2-3-image-to-video-pro|6s';
    await pool.redis.client.zadd(`${pool.ledger.root}kinds`, 3, kind);
    await pool.redis.client.rpush(`${pool.ledger.root}durations:${kind}`, 90_000, 60_000, 240_000);

    const { body } = await ask('/v1/models/hailuo%2F2-3-image-to-video-pro');
    expect(body.completion).toEqual([{ kind, count: 3, medianMs: 90_000, p90Ms: 240_000 }]);
    expect((await ask('/v1/models/hailuo%2F02-image-to-video-pro')).body.completion).toEqual([]);
  });
});

describe('what verdicts have shown', () => {
  const id = 'kling/v2-1-master-image-to-video';
  const kind = `${id}|5s`;
  const billed = Date.UTC(2026, 10, 30);

  test('is in the details of the model, and wins in estimates', async () => {
    const { ask } = await startGateway({ pool });
    const before = (await ask(`/v1/models/${id}`)).body;
    expect([before.learned, before.outcomes]).toEqual([[], null]);
    await pool.redis.client.hset(`${pool.ledger.root}verdicts`, {
      [`price:${kind}`]: `${billed} 176.5 3 ${Date.UTC(2026, 10, 28)} 160 160`,
      [`price:${id}-other|5s`]: `${billed} 1 1 ${billed} - -`,
      [`model:${id}`]: `${billed} 2 1`,
    });

    const { learned, outcomes } = (await ask(`/v1/models/${id}`)).body;
    expect(learned).toEqual([
      { kind, credits: 176.5, count: 3, date: '2026-11-30', since: '2026-11-28', before: 160, list: 160 },
    ]);
    expect(outcomes).toEqual({ successes: 2, failures: 1, successRate: 0.667 });
    const request = { model: id, input: { duration: '5' } };
    const { body } = await ask('/v1/estimate', {
      body: { items: [request, { ...request, input: { duration: '10' } }] },
    });
    expect(body.items).toMatchObject([
      { estimate: { low: 176.5, high: 176.5, source: 'learned', date: '2026-11-30' } },
      { estimate: { low: 320, high: 320, source: 'P2' } },
    ]);
  });
});

describe("what Kie's own catalogue says", () => {
  test('is in the details of the model once it was read', async () => {
    const { ask } = await startGateway({ pool });
    const id = 'kling/v2-1-pro';
    expect((await ask(`/v1/models/${id}`)).body.live).toBeNull();
    await pool.ledger.liveCatalogue.keep({ part: 'price', model: id }, '61 credits per video');
    await pool.ledger.liveCatalogue.keep({ part: 'schema', model: id }, '{"properties":{"prompt":{"type":"integer"}}}');
    expect((await ask(`/v1/models/${id}`)).body.live).toMatchObject({
      date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      price: '61 credits per video',
      schema: { properties: {} },
      differences: expect.arrayContaining(['input.prompt is integer instead of string']),
    });
  });
});

describe('a tenant', () => {
  test('sees what the pool has measured, and no counts over all tenants', async () => {
    const { ask } = await startGateway({ pool, keys: KEYS });
    const kind = 'hailuo/02-image-to-video-standard|6s';
    await pool.redis.client.zadd(`${pool.ledger.root}kinds`, 1, kind);
    await pool.redis.client.rpush(`${pool.ledger.root}durations:${kind}`, 90_000);
    const read = async (key: string) => (await ask('/v1/models/hailuo%2F02-image-to-video-standard', { key })).body;

    expect((await read(KEYS[0].key)).completion).toEqual([{ kind, medianMs: 90_000, p90Ms: 90_000 }]);
    expect((await read(KEYS[2].key)).completion).toEqual([{ kind, count: 1, medianMs: 90_000, p90Ms: 90_000 }]);
  });
});

describe('POST /v1/estimate', () => {
  test('estimates one request', async () => {
    const { ask } = await startGateway({ pool });
    const answer = await ask('/v1/estimate', { body: testRequest('what it costs') });

    expect(answer).toMatchObject({
      status: 200,
      body: {
        items: [{ model: 'kling-2.6/image-to-video', estimate: { low: 55, high: 55, source: 'P2' }, warnings: [] }],
        total: { low: 55, high: 55, lowUsd: 0.275, highUsd: 0.275, unknown: 0 },
      },
    });
  });

  test('adds up many, and names those without a price', async () => {
    const { ask } = await startGateway({ pool });
    const items = [
      { model: 'kling-3.0/video', input: { duration: '10', mode: 'std', sound: false } },
      { model: 'runway', input: { duration: 5 } },
      { model: 'pixverse-v6/transition' },
      { model: 'kling-3.0/vidoe' },
    ];
    const { body } = await ask('/v1/estimate', { body: { items } });

    expect(body.items).toMatchObject([
      { estimate: { low: 140, high: 140 } },
      { estimate: { low: 12, high: 30, notes: ['The price depends on input.quality.'] } },
      { estimate: null, reason: 'No price of pixverse-v6/transition is known.' },
      { estimate: null, reason: 'The catalogue has no such model; did you mean kling-3.0/video?' },
    ]);
    expect(body.total).toEqual({ low: 152, high: null, lowUsd: 0.76, highUsd: null, unknown: 2 });
    expect(await pool.ledger.read.stats()).not.toHaveProperty('enqueued');
  });

  test.each([
    ['no model', { input: {} }, 'model'],
    ['no items', { items: [] }, 'items'],
    ['an input that is no object', { model: 'runway', input: 'x' }, 'input'],
  ])('refuses %s', async (_, body, field) => {
    const { ask } = await startGateway({ pool });
    expect(await ask('/v1/estimate', { body })).toMatchObject({
      status: 422,
      body: { error: { code: 'invalid_request', problems: [{ field: expect.stringContaining(field) }] } },
    });
  });
});

describe('warnings of the catalogue', () => {
  const body = { model: 'kling-3.0/video', input: { ...exampleInput(modelNamed('kling-3.0/video')), duration: 5 } };
  const message = 'must be text; did you mean "5"?';

  test('are in the response of /v1, and the request is queued as it is', async () => {
    const { ask } = await startGateway({ pool });
    const answer = await ask('/v1/generations', { body });

    expect(answer).toMatchObject({ status: 201, body: { warnings: [{ field: 'input.duration', message }] } });
    const record = await pool.ledger.read.generation(answer.body.id);
    expect(JSON.parse(record?.payload ?? '')).toMatchObject({ request: body });
  });

  test('are in each item of a batch', async () => {
    const { ask } = await startGateway({ pool });
    const answer = await ask('/v1/generations/batch', { body: { items: [body, testRequest('no warning')] } });
    expect(answer.body.items[0]).toMatchObject({ ok: true, warnings: [{ field: 'input.duration' }] });
    expect(answer.body.items[1]).not.toHaveProperty('warnings');
  });

  test('are in a header of the Kie dialect', async () => {
    const { ask } = await startGateway({ pool });
    const answer = await ask('/api/v1/jobs/createTask', { body });
    expect([answer.body.code, answer.headers.get('x-kieq-warnings')]).toEqual([200, `input.duration ${message}`]);
  });

  test('fit into a head that every proxy passes, however many there are', async () => {
    const { ask } = await startGateway({ pool });
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`unbekannt_ä_${i}_${'x'.repeat(40)}`, i]));
    const answer = await ask('/api/v1/jobs/createTask', { body: { ...body, input: { ...body.input, ...many } } });
    const header = answer.headers.get('x-kieq-warnings') ?? '';
    expect([answer.body.code, header.length < 1600]).toEqual([200, true]);
    expect(header).toMatch(/; and \d+ more$/);
  });

  test('name the model that was probably meant, and nothing about an unknown one', async () => {
    const { ask } = await startGateway({ pool });
    const misspelt = await ask('/v1/generations', { body: { ...body, model: 'kling-3.0/vidoe' } });
    const other = await ask('/v1/generations', { body: { ...body, model: 'someone/elses' } });

    expect(misspelt.body.warnings).toEqual([
      { field: 'model', message: 'is not in the catalogue; did you mean kling-3.0/video?' },
    ]);
    expect(other.body).not.toHaveProperty('warnings');
  });

  test('refuse the request with validate=strict, and nothing is queued', async () => {
    const { ask } = await startGateway({ pool });
    const refused = await ask('/v1/generations?validate=strict', { body });
    const unknown = await ask('/v1/generations?validate=strict', { body: { ...body, model: 'someone/elses' } });
    const right = await ask('/v1/generations?validate=strict', {
      body: { ...body, input: { ...body.input, duration: '5', image_urls: [IMAGE] } },
    });

    expect(refused).toMatchObject({
      status: 422,
      body: { error: { problems: [{ field: 'input.duration', rule: message, received: '5' }] } },
    });
    expect(unknown).toMatchObject({ status: 422, body: { error: { problems: [{ field: 'model' }] } } });
    expect(right).toMatchObject({ status: 201, body: { created: true } });
    expect(right.body).not.toHaveProperty('warnings');
  });
});

function modelNamed(id: string): (typeof MODELS)[number] {
  const model = MODELS.find((one) => one.id === id);
  if (model === undefined) throw new Error(`no ${id}`);
  return model;
}
