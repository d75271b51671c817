import { uploadName, uploadsIn } from '@kieq/domain';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { startPool, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { runningTask } from '../../../../packages/testkit/src/running-task.ts';
import { KEYS, startGateway, type Asked } from '../support.ts';
import { watched } from '../v1-forms.ts';
import { JPEG, PNG } from '../v1-images.ts';

const PATH = '/v1/videos';
const MODEL = 'kling-2.6/image-to-video';
const IMAGE = 'https://example.com/a.png';
const MP4 = 'ftyp';

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'openai', worker: { archiveMode: 'wait' } });
});
afterAll(() => pool.stop());

/** As OpenAI's public description has it. */
const videoSchema = z.strictObject({
  id: z.string(),
  object: z.literal('video'),
  model: z.string(),
  status: z.enum(['queued', 'in_progress', 'completed', 'failed']),
  progress: z.number().min(0).max(100),
  created_at: z.int(),
  completed_at: z.int().nullable(),
  expires_at: z.int().nullable(),
  seconds: z.string().nullable(),
  size: z.string().nullable(),
  prompt: z.string().nullable(),
  error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
  remixed_from_video_id: z.string().nullable(),
});
const errorSchema = z.strictObject({
  error: z.strictObject({
    message: z.string().min(1),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string().nullable(),
  }),
});

function video({ status, body }: Asked): z.infer<typeof videoSchema> {
  if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`);
  return videoSchema.parse(body);
}

function formOf(fields: Readonly<Record<string, string | Blob>>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
}

function asked(prompt: string, more: object = {}): object {
  return { model: MODEL, prompt, input_reference: IMAGE, seconds: '5', ...more };
}

async function inputOf(id: string): Promise<Record<string, unknown>> {
  return JSON.parse((await pool.ledger.read.generation(id))?.payload ?? '').request.input;
}

describe('POST /v1/videos', () => {
  test('takes JSON, and the video has the shape of OpenAI until and after its end', async () => {
    const { ask } = await startGateway({ pool });
    const created = video(await ask(PATH, { body: asked('from json') }));
    expect(created).toMatchObject({ model: MODEL, prompt: 'from json', seconds: '5', error: null });
    await pool.recordWhen(created.id, ({ state }) => state === 'succeeded');
    const done = video(await ask(`${PATH}/${created.id}`));
    expect(done).toMatchObject({ status: 'completed', progress: 100, completed_at: expect.any(Number) });
    expect(done.completed_at).toBeGreaterThanOrEqual(done.created_at);
    expect(pool.simulator.ledger.chargesByPrompt().get('from json')).toBe(1);
  });

  test.each([
    ['after the texts', (image: Blob) => ({ model: MODEL, prompt: 'form', seconds: '5', input_reference: image })],
    ['before them', (image: Blob) => ({ input_reference: image, seconds: '5', prompt: 'form', model: MODEL })],
  ])('takes a form with the image as a file, %s', async (_, fields) => {
    const { store, names } = watched(pool.uploads);
    const { ask } = await startGateway({ pool, keys: KEYS, deps: { uploads: store } });
    const body = formOf(fields(new Blob([JPEG], { type: 'image/jpeg' })));
    const { id } = video(await ask(PATH, { key: 'key-of-a', body }));
    const input = await inputOf(id);
    expect(uploadsIn(input).map(uploadName)).toEqual([...names]);
    expect([...names][0]).toMatch(/^tenant-a\//);
    expect(input).toMatchObject({ prompt: 'form', duration: '5', sound: false });
  });

  test('takes the image as a link or a data URL, also as an object and in a part of its own', async () => {
    const { ask } = await startGateway({ pool });
    const data = `data:image/png;base64,${PNG.toString('base64')}`;
    const bodies = [
      asked('object', { input_reference: { image_url: IMAGE } }),
      formOf({ model: MODEL, prompt: 'x', 'input_reference[image_url]': IMAGE }),
      asked('data', { input_reference: data }),
      formOf({ model: MODEL, prompt: 'x', 'input_reference[image_url]': data }),
    ];
    const images: unknown[] = [];
    for (const body of bodies) images.push((await inputOf(video(await ask(PATH, { body })).id))['image_urls']);
    const upload = expect.stringMatching(/^https:\/\/upload\.kieq\.invalid\/default\/.*\.png$/);
    expect(images).toEqual([[IMAGE], [IMAGE], [upload], [upload]]);
  });

  test('maps seconds and size to what the model has, and names what it changed', async () => {
    const { ask } = await startGateway({ pool });
    const answer = await ask(PATH, {
      body: {
        model: 'kling-3.0/video',
        prompt: 'sizes',
        input_reference: IMAGE,
        seconds: '20',
        size: '1024x1792',
        n: 2,
      },
    });
    expect(video(answer)).toMatchObject({ seconds: '15', size: '1080x1920' });
    expect(await inputOf(answer.body.id)).toMatchObject({
      duration: '15',
      mode: 'pro',
      aspect_ratio: '9:16',
      sound: false,
    });
    const warnings = answer.headers.get('x-kieq-warnings');
    expect(warnings).toContain('n is no known field and was ignored');
    expect(warnings).toContain('seconds became "15" in input.duration, the nearest that the model has');
    expect(warnings).toContain('size became "9:16" in input.aspect_ratio');
    expect(warnings).toContain('input.sound is false: the model demands it');
  });

  test('passes prompt and image of a model that the catalogue does not have', async () => {
    const { ask } = await startGateway({ pool });
    const body = { model: 'new/model', prompt: 'new', input_reference: IMAGE, seconds: '8', sound: true };
    const answer = await ask(PATH, { body });
    expect(await inputOf(video(answer).id)).toEqual({ prompt: 'new', image_urls: [IMAGE] });
    expect(answer.headers.get('x-kieq-warnings')).toContain('seconds has no effect: the catalogue');
  });

  test.each([
    ['no model', { model: undefined }, 'model'],
    ["a model of OpenAI's", { model: 'sora-2-2025-12-08' }, 'model'],
    ['a size that is none', { size: 'large' }, 'size'],
    ['seconds that are none', { seconds: 'ten' }, 'seconds'],
    ['a file that is not here', { input_reference: { file_id: 'file-1' } }, 'input_reference'],
    ['a link that is none', { input_reference: 'a.png' }, 'input_reference'],
    ['an image that is none', { input_reference: 'data:image/png;base64,aGVsbG8=' }, 'input_reference'],
    ['a data URL that is not base64', { input_reference: 'data:image/png,hello' }, 'input_reference'],
    [
      'an upload of another call',
      {
        input_reference:
          'https://upload.kieq.invalid/a/' + 'a'.repeat(64) + '/00000000-0000-0000-0000-000000000000.png',
      },
      'input',
    ],
    ['no prompt', { prompt: undefined }, 'input.prompt'],
  ])('refuses %s in the shape of OpenAI, and keeps nothing', async (_, more, param) => {
    const { store, names } = watched(pool.uploads);
    const { ask } = await startGateway({ pool, deps: { uploads: store } });
    const { status, body } = await ask(PATH, { body: asked('refused', more) });
    expect({ status, error: errorSchema.parse(body).error }).toMatchObject({
      status: 422,
      error: { type: 'invalid_request_error', param, code: 'invalid_request' },
    });
    expect([...names]).toEqual([]);
  });

  test('answers every error in the shape of OpenAI', async () => {
    const { ask } = await startGateway({ pool, keys: KEYS, rateLimitPerMinute: 2 });
    expect(errorSchema.parse((await ask(PATH, { key: 'wrong' })).body).error.code).toBe('unauthorized');
    const answers = [
      await ask(`${PATH}/gen_unknown`, { key: 'key-of-a' }),
      await ask(PATH, { key: 'key-of-a', method: 'PUT', body: {} }),
      await ask(PATH, { key: 'key-of-a', body: '{', headers: { 'content-type': 'application/json' } }),
      await ask(PATH, { key: 'key-of-a' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 405, 400, 429]);
    expect(answers.map(({ body }) => errorSchema.parse(body).error.type)).toEqual([
      'invalid_request_error',
      'invalid_request_error',
      'invalid_request_error',
      'rate_limit_error',
    ]);
  });
});

// @guarantee G1
describe('a call that an SDK repeats', () => {
  const first = { 'x-stainless-retry-count': '0' };
  const again = { 'x-stainless-retry-count': '1' };

  test('creates one generation, with an image too', async () => {
    const { store, names } = watched(pool.uploads);
    const { ask } = await startGateway({ pool, deps: { uploads: store } });
    const body = () => formOf({ model: MODEL, prompt: 'repeated', seconds: '5', input_reference: new Blob([PNG]) });
    const { id } = video(await ask(PATH, { body: body(), headers: first }));
    expect(video(await ask(PATH, { body: body(), headers: again })).id).toBe(id);
    expect(video(await ask(PATH, { body: body(), headers: { 'x-stainless-retry-count': '2' } })).id).toBe(id);
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(pool.simulator.ledger.chargesByPrompt().get('repeated')).toBe(1);
    expect(names.size).toBe(1);
  });

  test('whose first try never arrived creates one, which further tries find', async () => {
    const { ask } = await startGateway({ pool });
    const { id } = video(await ask(PATH, { body: asked('late'), headers: again }));
    expect(video(await ask(PATH, { body: asked('late'), headers: { 'x-stainless-retry-count': '2' } })).id).toBe(id);
  });

  test('is another one than equal calls that are no repetition, and each of them is found', async () => {
    const { ask } = await startGateway({ pool, keys: KEYS });
    const call = async (headers: Record<string, string>, key = 'key-of-a') =>
      video(await ask(PATH, { key, body: asked('equal'), headers })).id;
    const made = [await call(first), await call(first), await call(first)];
    expect(new Set(made).size).toBe(3);
    expect([await call(again), await call(again), await call(again)].toSorted()).toEqual(made.toSorted());
    expect(made).not.toContain(await call(again, 'key-of-b'));
  });

  test('uses the idempotency key where there is one', async () => {
    const { ask } = await startGateway({ pool });
    const call = async (key: string) =>
      video(await ask(PATH, { body: asked('keyed'), headers: { ...again, 'idempotency-key': key } })).id;
    const made = [await call('one'), await call('two'), await call('one')];
    expect(made[0]).toBe(made[2]);
    expect(made[0]).not.toBe(made[1]);
  });

  test('leaves keys behind that expire, and none for a refused call', async () => {
    const { ask, deps } = await startGateway({ pool });
    const pattern = `${deps.prefix.replaceAll(/[[\]]/g, '?')}:gateway:videos:*`;
    const before = (await pool.redis.client.keys(pattern)).length;
    await ask(PATH, { body: asked('kept', { prompt: '' }), headers: first });
    expect(await pool.redis.client.keys(pattern)).toHaveLength(before);
    await ask(PATH, { body: asked('kept'), headers: first });
    const keys = await pool.redis.client.keys(pattern);
    expect(keys).toHaveLength(before + 1);
    for (const key of keys) expect(await pool.redis.client.pttl(key)).toBeGreaterThan(0);
  });
});

describe('GET /v1/videos/{id}/content', () => {
  test('streams the archived file, whole and in part; a tenant sees only its own', async () => {
    const { ask, url } = await startGateway({ pool, keys: KEYS });
    const { id } = video(await ask(PATH, { key: 'key-of-a', body: asked('content') }));
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    const whole = await fetch(`${url}${PATH}/${id}/content`, { headers: { authorization: 'Bearer key-of-a' } });
    const bytes = Buffer.from(await whole.arrayBuffer());
    expect([whole.status, whole.headers.get('content-type'), bytes.subarray(4, 8).toString()]).toEqual([
      200,
      'video/mp4',
      MP4,
    ]);
    const range = { authorization: 'Bearer key-of-a', range: 'bytes=4-7' };
    const part = await fetch(`${url}${PATH}/${id}/content?variant=video`, { headers: range });
    expect([part.status, await part.text()]).toEqual([206, MP4]);
    for (const [key, query] of [
      ['key-of-b', ''],
      ['key-of-a', '?variant=thumbnail'],
      ['key-of-a', '?variant=spritesheet'],
    ] as const)
      expect((await ask(`${PATH}/${id}/content${query}`, { key })).status).toBe(404);
  });

  test('redirects to the result where there is no archive, and is 404 before the end', async () => {
    const plain = await startPool({ redisUrl: inject('redisUrl'), name: 'openai-plain' });
    onTestFinished(() => plain.stop());
    const { ask, url } = await startGateway({ pool: plain, deps: { archive: undefined } });
    const { id } = video(await ask(PATH, { body: asked('redirected') }));
    await plain.recordWhen(id, ({ state }) => state === 'succeeded');
    const answer = await fetch(`${url}${PATH}/${id}/content`, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, expect.stringMatching(/\.mp4$/)]);
    expect(video(await ask(`${PATH}/${id}`)).expires_at).toBeGreaterThan(Date.now() / 1000);
    const later = await ask('/v1/generations', { body: { model: 'a/b', input: {}, delayMs: 3_600_000 } });
    expect(await ask(`${PATH}/${later.body.id}/content`)).toMatchObject({
      status: 404,
      body: { error: { message: expect.stringContaining('it is queued') } },
    });
  });
});

describe('lists and ends', () => {
  test('pages through a tenant in both directions', async () => {
    const { ask } = await startGateway({ pool, keys: [{ key: 'key-of-list', tenant: 'list' }, ...KEYS] });
    const made: string[] = [];
    for (let i = 0; i < 5; i += 1)
      made.push(video(await ask(PATH, { key: 'key-of-list', body: asked(`listed ${i}`) })).id);
    const listed = async (order: string): Promise<string[]> => {
      const ids: string[] = [];
      for (let after = ''; ;) {
        const { body } = await ask(`${PATH}?limit=2&order=${order}${after}`, { key: 'key-of-list' });
        ids.push(...body.data.map(({ id }: { id: string }) => id));
        if (!body.has_more) return ids;
        expect(body).toMatchObject({ object: 'list', last_id: body.data.at(-1).id, first_id: body.data[0].id });
        after = `&after=${body.last_id}`;
      }
    };
    const byTime = await listed('asc');
    expect(byTime.toSorted()).toEqual(made.toSorted());
    expect(await listed('desc')).toEqual(byTime.toReversed());
    expect((await ask(`${PATH}?after=${made[0]}`, { key: 'key-of-b' })).status).toBe(404);
  });

  test('DELETE cancels what is queued, and removes no paid video', async () => {
    const { ask } = await startGateway({ pool });
    const later = await ask('/v1/generations', {
      body: { model: 'a/b', input: { prompt: 'later' }, delayMs: 3_600_000 },
    });
    const remove = (id: string) => ask(`${PATH}/${id}`, { method: 'DELETE' });
    const gone = { status: 200, body: { id: later.body.id, object: 'video.deleted', deleted: true } };
    expect(await remove(later.body.id)).toMatchObject(gone);
    expect(await remove(later.body.id)).toMatchObject(gone);
    expect(video(await ask(`${PATH}/${later.body.id}`))).toMatchObject({
      status: 'failed',
      error: { code: 'cancelled' },
    });
    const { id } = video(await ask(PATH, { body: asked('kept though deleted') }));
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(await remove(id)).toMatchObject({ status: 200, body: { id, deleted: false } });
    expect((await ask(`${PATH}/${id}/content`)).status).toBe(200);
  });
});

test('DELETE of what Kie makes is refused, and the SDK is told not to repeat it', async () => {
  const idle = await startPool({ redisUrl: inject('redisUrl'), name: 'openai-idle', workers: 0 });
  onTestFinished(() => idle.stop());
  const { ask } = await startGateway({ pool: idle });
  const { id } = await runningTask(idle);
  expect(video(await ask(`${PATH}/${id}`))).toMatchObject({ status: 'in_progress', progress: 50 });
  const { status, body, headers } = await ask(`${PATH}/${id}`, { method: 'DELETE' });
  expect([status, errorSchema.parse(body).error.code, headers.get('x-should-retry')]).toEqual([
    409,
    'too_late',
    'false',
  ]);
});

test('a remix is 404 with the reason', async () => {
  const { ask } = await startGateway({ pool });
  const answer = await ask(`${PATH}/gen_x/remix`, { body: { prompt: 'x' } });
  expect(answer).toMatchObject({ status: 404, body: { error: { message: expect.stringContaining('no remix') } } });
});
