import { request as httpRequest } from 'node:http';
import { ProducerError } from '@kieq/producer';
import { StorageError, type FileStore } from '@kieq/storage';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { startPool, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { startGateway } from '../support.ts';
import { bare, formOf, latinForm, watched } from '../v1-forms.ts';
import { JPEG, PNG, pngOf } from '../v1-images.ts';

const PATH = '/v1/generations';
const LIMIT = 10 * 1024 * 1024;

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'v1-refused', workers: 0 });
});
afterAll(() => pool.stop());

describe('what is refused leaves nothing behind', () => {
  const good = ['image_urls', PNG] as const;
  const many = Array.from({ length: 11 }, () => good);

  test.each<[string, FormData, number, string]>([
    [
      'an image of more than 10 MB',
      formOf(bare('x'), good, ['image_urls', pngOf(LIMIT + 1)], good),
      413,
      'at most 10485760 bytes',
    ],
    ['a request that is no UTF-8', latinForm(), 400, 'The part `request` has bytes that are no UTF-8'],
    ['more than ten images', formOf(bare('x'), ...many), 422, 'at most 10 images'],
    ['an empty file', formOf(bare('x'), good, ['image_urls', Buffer.alloc(0)]), 422, 'an empty file'],
    [
      'something else than an image',
      formOf(bare('x'), good, ['image_urls', Buffer.from('<svg/>')]),
      422,
      'must be a whole JPEG, PNG or WebP image, received an SVG drawing',
    ],
    [
      'an image that is cut off',
      formOf(bare('x'), good, ['image_urls', PNG.subarray(0, -12)]),
      422,
      'a PNG image that is cut off: its end is missing after',
    ],
    [
      'two images for one field',
      formOf({ model: 'm/m', input: {} }, ['a', PNG], ['a', PNG]),
      422,
      'input.a must be given once',
    ],
    [
      'an image next to a link',
      formOf({ model: 'm/m', input: { a: 'x' } }, ['a', PNG]),
      422,
      'input.a must be given once',
    ],
    [
      'an image_urls that is no list',
      formOf({ model: 'm/m', input: { image_urls: 'x' } }, good),
      422,
      'must be an array',
    ],
    [
      'a field of a strange name',
      formOf({ model: 'm/m', input: {} }, ['a.b', PNG]),
      422,
      'letters, digits and underscores',
    ],
    ['a field that every object has', formOf({ model: 'm/m', input: {} }, ['__proto__', PNG]), 400, ''],
    ['images before the request', formOf(undefined, good), 422, 'request must come before the images'],
    ['no request', formOf(undefined), 422, 'request must be a part of the form'],
    ['a request that is no JSON', formOf('{', good), 400, 'not JSON'],
    ['a request that is too large', formOf('x'.repeat(2_000_000), good), 413, 'request must have at most'],
    ['a bad request with good images', formOf(bare('', { more: 1 }), good), 422, 'more is no known field'],
  ])('%s', async (_name, body, status, text) => {
    const { store, names } = watched(pool.uploads);
    const { ask } = await startGateway({ pool, deps: { uploads: store } });
    const answer = await ask(PATH, { body });
    expect(answer.status).toBe(status);
    expect(answer.body.error.message).toContain(text);
    expect([...names]).toEqual([]);
  });

  test('a form on another route, and one without a boundary', async () => {
    const { ask } = await startGateway({ pool });
    expect((await ask(`${PATH}/batch`, { body: formOf(bare('x')) })).status).toBe(415);
    const headers = { 'content-type': 'multipart/form-data' };
    expect((await ask(PATH, { body: 'x', headers })).status).toBe(400);
  });

  test('a caller that goes away in the middle', async () => {
    const { store, names } = watched(pool.uploads);
    const { url } = await startGateway({ pool, deps: { uploads: store } });
    const head = (name: string) => `--b\r\nContent-Disposition: form-data; name="${name}"; filename="f"\r\n\r\n`;
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    const call = httpRequest(`${url}${PATH}`, { method: 'POST', headers, agent: false });
    call.on('error', () => undefined);
    call.write(`${head('request')}${JSON.stringify(bare('x'))}\r\n${head('image_urls')}`);
    call.write(PNG);
    call.write(`\r\n${head('image_urls')}`);
    call.write(pngOf(100_000));
    await expect.poll(() => names.size, { timeout: 10_000 }).toBe(1);
    call.destroy();
    await expect.poll(() => names.size, { timeout: 10_000 }).toBe(0);
  });

  test('a store that does not work', async () => {
    const { store, names } = watched(pool.uploads);
    const broken: FileStore = {
      ...store,
      put: (name) => store.put(name, PNG, '').then(() => Promise.reject(new StorageError('full'))),
    };
    const { ask } = await startGateway({ pool, deps: { uploads: broken } });
    const answer = await ask(PATH, { body: formOf(bare('x'), good) });
    expect(answer).toMatchObject({ status: 503, body: { error: { code: 'unavailable' } } });
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    expect([...names]).toEqual([]);
  });
});

test('damaged forms: never a 500, and only what became a generation is kept', async () => {
  const { store, names } = watched(pool.uploads);
  const { ask } = await startGateway({ pool, deps: { uploads: store } });
  const form = new Response(formOf(bare('damaged', { delayMs: 3_600_000 }), ['image_urls', PNG], ['image_urls', JPEG]));
  const whole = Buffer.from(await form.clone().arrayBuffer());
  const headers = { 'content-type': form.headers.get('content-type') ?? '' };
  const seen = new Map<number, number>();
  let images = 0;
  for (let i = 0; i < 120; i += 1) {
    const { status, body } = await ask(PATH, { body: damaged(whole, i), headers });
    seen.set(status, (seen.get(status) ?? 0) + 1);
    if (status !== 201) continue;
    const { request } = (await ask(`${PATH}/${body.id}`)).body;
    images += JSON.stringify(request.input).split('upload.kieq.invalid').length - 1;
  }
  for (const status of seen.keys()) expect([201, 400, 413, 422]).toContain(status);
  expect(seen.get(201)).toBeGreaterThan(0);
  expect(seen.get(400)).toBeGreaterThan(0);
  expect(names.size).toBe(images);
});

/** Cut off, overwritten or repeated somewhere; the same for the same number. */
function damaged(whole: Buffer, n: number): Buffer {
  const at = (n * 7919) % whole.length;
  if (n % 3 === 0) return whole.subarray(0, at);
  if (n % 3 === 1) return Buffer.concat([whole.subarray(0, at), Buffer.from([n % 256]), whole.subarray(at + 1)]);
  return Buffer.concat([whole.subarray(0, at), whole.subarray(Math.max(0, at - 40))]);
}

const UNSURE = ['redis_unavailable', 'redis_refused'] as const;

test.each(UNSURE)('when the generation may exist, its images stay: %s', async (code) => {
  const { store, names } = watched(pool.uploads);
  const enqueue = () => Promise.reject(new ProducerError(code, 'no answer'));
  const producer = { ...pool.producer, enqueue, close: () => Promise.resolve() };
  const { ask } = await startGateway({ pool, deps: { uploads: store, producer } });
  expect((await ask(PATH, { body: formOf(bare('x'), ['image_urls', PNG]) })).status).toBe(503);
  expect(names.size).toBe(1);
});

describe('more forms at once than are read', () => {
  const head = (name: string) => `--b\r\nContent-Disposition: form-data; name="${name}"; filename="f"\r\n\r\n`;
  const begun = Buffer.concat([
    Buffer.from(`${head('request')}${JSON.stringify(bare('x'))}\r\n${head('image_urls')}`),
    PNG,
    Buffer.from(`\r\n${head('image_urls')}`),
  ]);

  test('wait, and are refused with 503 when that takes too long, until one of them is over', async () => {
    const { store, names } = watched(pool.uploads);
    const { url, ask } = await startGateway({ pool, deps: { uploads: store }, limits: { turnWaitMs: 50 } });
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    const calls = Array.from({ length: 15 }, () => {
      const call = httpRequest(`${url}${PATH}`, { method: 'POST', headers, agent: false });
      call.on('error', () => undefined);
      call.write(begun);
      return call;
    });
    const hangUp = (): void => calls.forEach((call) => void call.destroy());
    onTestFinished(hangUp);
    // The first image of each is kept, so each of them is being read.
    await expect.poll(() => names.size, { timeout: 10_000 }).toBe(15);
    const body = () => formOf(bare('one more', { delayMs: 3_600_000 }), ['image_urls', PNG]);
    const refused = await ask(PATH, { body: body() });
    expect(refused).toMatchObject({ status: 503, body: { error: { code: 'unavailable' } } });
    expect(refused.headers.get('retry-after')).toBe('2');
    expect(names.size).toBe(15);
    // Calls without images go on.
    expect((await ask(PATH, { body: bare('none', { model: 'other/model' }) })).status).toBe(201);
    hangUp();
    await expect.poll(() => names.size, { timeout: 10_000 }).toBe(0);
    expect((await ask(PATH, { body: body() })).status).toBe(201);
  });
});
