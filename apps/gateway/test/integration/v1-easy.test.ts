import { AS_SENT } from '@kieq/queue';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startPool, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { startGateway } from '../support.ts';

const PATH = '/v1/generations';
const MODEL = 'kling/v2-1-pro';
const IMAGE = 'https://example.com/cat.jpg';
const EASY = { image: IMAGE, seconds: 7 };
const MAPPED = [
  { from: 'image', field: 'input.image_url', value: IMAGE },
  { from: 'seconds', field: 'input.duration', value: '5', nearest: true },
];

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'v1-easy', workers: 0 });
});
afterAll(() => pool.stop());

const bodyOf = (prompt: string, easy: unknown, more: object = {}) => ({
  model: MODEL,
  input: { prompt },
  easy,
  ...more,
});

const frozenOf = async (id: string): Promise<unknown> =>
  JSON.parse((await pool.ledger.read.generation(id))?.payload ?? '{}');

describe('easy', () => {
  test("is put into the model's own fields and types, and the response says what became of it", async () => {
    const { ask } = await startGateway({ pool });
    const answer = await ask(PATH, { body: bodyOf('mapped', EASY) });
    expect(answer).toMatchObject({ status: 201, body: { created: true, mapped: MAPPED } });
    expect(answer.body).not.toHaveProperty('warnings');
    const input = { prompt: 'mapped', image_url: IMAGE, duration: '5' };
    expect(await frozenOf(answer.body.id)).toEqual({ request: { model: MODEL, input } });
  });

  test('of the documented model: the input is validated with the mapped values', async () => {
    const { ask } = await startGateway({ pool });
    const body = { model: 'kling-2.6/image-to-video', input: { prompt: 'doc' } };
    const good = await ask(PATH, { body: { ...body, easy: { image: IMAGE, seconds: 10, sound: true } } });
    expect(good.status).toBe(201);
    const input = { prompt: 'doc', image_urls: [IMAGE], duration: '10', sound: true };
    expect(await frozenOf(good.body.id)).toMatchObject({ request: { input } });
    const bad = await ask(PATH, { body: { ...body, easy: { image: IMAGE, seconds: 10 } } });
    expect(bad).toMatchObject({ status: 422, body: { error: { problems: [{ field: 'input.sound' }] } } });
  });

  test.each([
    [
      'a model that the catalogue does not have',
      { model: 'brand-new/model', easy: EASY },
      ['easy.image', 'easy.seconds'],
    ],
    ['a field that the input has as well', { input: { prompt: 'x', duration: '5' }, easy: EASY }, ['easy.seconds']],
    ['what the model cannot do', { easy: { ...EASY, resolution: '4k' } }, ['easy.resolution']],
    ['an unknown name', { easy: { ...EASY, prompt: 'x' } }, ['easy.prompt']],
    ['wrong types', { easy: { image: 1, seconds: '7', sound: 'no' } }, ['easy.image', 'easy.seconds', 'easy.sound']],
    ['no object', { easy: [] }, ['easy']],
  ])('refuses %s', async (_what, more, fields) => {
    const { ask } = await startGateway({ pool });
    const { status, body } = await ask(PATH, { body: bodyOf('x', EASY, more) });
    expect(status).toBe(422);
    expect(body.error.problems.map(({ field }: { field: string }) => field)).toEqual(fields);
  });

  test('absent in any spelling is a request without it', async () => {
    const { ask } = await startGateway({ pool });
    const plain = { model: MODEL, input: { prompt: 'plain', image_url: IMAGE }, idempotencyKey: 'easy-absent' };
    const { id } = (await ask(PATH, { body: plain })).body;
    for (const easy of [null, '', {}, { image: null, resolution: ' ' }])
      expect((await ask(PATH, { body: { ...plain, easy } })).body).toMatchObject({ id, created: false });
  });

  // @guarantee G1
  test('the same call with its key is the same generation; other values are a conflict', async () => {
    const { ask } = await startGateway({ pool });
    const idempotencyKey = 'easy-1';
    const first = await ask(PATH, { body: bodyOf('keyed', EASY, { idempotencyKey }) });
    const again = await ask(PATH, { body: bodyOf('keyed', { seconds: 7, image: IMAGE }, { idempotencyKey }) });
    expect(again).toMatchObject({ status: 200, body: { id: first.body.id, created: false, mapped: MAPPED } });
    // Both are mapped to 5 seconds, and are not what the first call asked for.
    const other = await ask(PATH, { body: bodyOf('keyed', { ...EASY, seconds: 6 }, { idempotencyKey }) });
    expect(other).toMatchObject({ status: 422, body: { error: { code: 'idempotency_conflict' } } });
    const native = { model: MODEL, input: { prompt: 'keyed', image_url: IMAGE, duration: '5' }, idempotencyKey };
    expect(await ask(PATH, { body: native })).toMatchObject({ status: 422 });
    const job = await pool.queues.submit.getJob(`${first.body.id}-1`);
    expect(job?.data).toEqual({ v: 1, generation: first.body.id });
  });

  // @guarantee G1
  test('a generation that another version mapped otherwise stays the same one, and unchanged', async () => {
    const { ask, deps } = await startGateway({ pool });
    const idempotencyKey = 'easy-version';
    const { model, input, easy } = bodyOf('versions', EASY);
    const request = { model, input: { ...input, image_url: IMAGE, duration: '10' } };
    const item = { request, options: { idempotencyKey }, [AS_SENT]: { model, input, easy } };
    const [made] = await deps.producer.enqueueMany([item]);
    if (made?.ok !== true) throw new Error('the item is refused');
    const again = await ask(PATH, { body: { model, input, easy, idempotencyKey } });
    expect(again).toMatchObject({ status: 200, body: { id: made.handle.id, created: false } });
    // The duration of now is not the one of then.
    expect(again.body.mapped).toEqual(MAPPED.slice(0, 1));
    expect(await frozenOf(made.handle.id)).toMatchObject({ request });
  });

  // @guarantee G1
  test("a call of OpenAI's shape that another version translated otherwise is the same one as well", async () => {
    const { ask, deps } = await startGateway({ pool });
    const idempotencyKey = 'easy-openai';
    const sent = { openai: { model: MODEL, prompt: 'openai', seconds: 5, image: IMAGE } };
    const request = { model: MODEL, input: { prompt: 'openai', image_url: IMAGE, duration: '10' } };
    const item = { request, options: { idempotencyKey }, [AS_SENT]: sent };
    const [made] = await deps.producer.enqueueMany([item]);
    if (made?.ok !== true) throw new Error('the item is refused');
    const body = { model: MODEL, prompt: 'openai', seconds: '5', input_reference: IMAGE };
    const again = await ask('/v1/videos', { body, headers: { 'Idempotency-Key': idempotencyKey } });
    expect(again).toMatchObject({ status: 200, body: { id: made.handle.id } });
    expect(await frozenOf(made.handle.id)).toMatchObject({ request });
  });

  // @guarantee G1
  test('equal calls without a key are one generation within the window', async () => {
    const { ask } = await startGateway({ pool, dedupeWindowMs: 60_000 });
    const first = await ask(PATH, { body: bodyOf('window', EASY) });
    const again = await ask(PATH, { body: bodyOf('window', EASY) });
    const other = await ask(PATH, { body: bodyOf('window', { ...EASY, seconds: 6 }) });
    expect(again).toMatchObject({ status: 200, body: { id: first.body.id, created: false } });
    expect(other).toMatchObject({ status: 201, body: { created: true } });
    expect(await pool.queues.submit.getJob(`${other.body.id}-1`)).toBeDefined();
  });

  test('items of a batch have their own', async () => {
    const { ask } = await startGateway({ pool });
    const keyed = bodyOf('batch', EASY, { idempotencyKey: 'easy-batch' });
    const items = [keyed, { model: MODEL, input: { prompt: 'native' } }, keyed, bodyOf('batch', { seconds: -1 })];
    const { body } = await ask(`${PATH}/batch`, { body: { items } });
    const [first, native, again, bad] = body.items;
    expect(first).toMatchObject({ ok: true, created: true, mapped: MAPPED });
    expect(native).not.toHaveProperty('mapped');
    expect(again).toMatchObject({ ok: true, created: false, id: first.id, mapped: MAPPED });
    expect(bad).toMatchObject({ ok: false, error: { problems: [{ field: 'easy.seconds', received: '-1' }] } });
  });

  test('strict validation sees the mapped input', async () => {
    const { ask } = await startGateway({ pool });
    expect((await ask(`${PATH}?validate=strict`, { body: bodyOf('strict', EASY) })).status).toBe(201);
  });

  test('createTask does not have it', async () => {
    const { ask } = await startGateway({ pool });
    const { status, headers, body } = await ask('/api/v1/jobs/createTask', { body: bodyOf('kie', EASY) });
    expect(status).toBe(200);
    expect(headers.get('x-kieq-warnings')).toContain('easy is no known field');
    expect(await frozenOf(body.data.taskId)).toEqual({ request: { model: MODEL, input: { prompt: 'kie' } } });
  });
});
