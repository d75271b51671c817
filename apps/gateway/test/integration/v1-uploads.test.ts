import { uploadName, uploadsIn } from '@kieq/domain';
import type { Producer } from '@kieq/producer';
import { StorageError, storeIdOf } from '@kieq/storage';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { startPool, testRequest, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { KEYS, startGateway } from '../support.ts';
import { bare, formOf, watched } from '../v1-forms.ts';
import { JPEG, PNG, pngOf, webp } from '../v1-images.ts';

const PATH = '/v1/generations';
const LIMIT = 10 * 1024 * 1024;

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'v1-uploads' });
});
afterAll(() => pool.stop());

async function bytesAt(url: string | undefined): Promise<Buffer> {
  return Buffer.from(await (await fetch(url ?? '')).arrayBuffer());
}

describe('a form with images', () => {
  test('goes from the caller to Kie and becomes a video', async () => {
    const { ask } = await startGateway({ pool });
    const body = formOf(bare('uploaded'), ['image_urls', JPEG], ['image_urls', PNG]);
    const { status, body: answer } = await ask(PATH, { body });
    expect({ status, answer }).toMatchObject({ status: 201, answer: { created: true } });
    const record = await pool.recordWhen(answer.id, ({ state }) => state === 'succeeded');
    expect(record.attempts).toHaveLength(1);
    const submission = await pool.simulator.waitForSubmission(({ prompt }) => prompt === 'uploaded');
    const { image_urls: links } = z.object({ image_urls: z.array(z.string()) }).parse(submission.input);
    expect(links).toHaveLength(2);
    expect(await bytesAt(links[0])).toEqual(JPEG);
    expect(await bytesAt(links[1])).toEqual(PNG);
    // The caller sees what it sent; the current link is internal.
    const shown = (await ask(`${PATH}/${answer.id}`)).body.request.input.image_urls;
    expect(shown[0]).toMatch(/^https:\/\/upload\.kieq\.invalid\/default\/[0-9a-f]{64}\/[0-9a-f-]{36}\.jpg$/);
    expect(shown[1]).toMatch(/\.png$/);
  });

  test('is recorded in the pool before its generation is created, with the store of its images', async () => {
    const { ask, deps } = await startGateway({ pool });
    const { ledger } = deps;
    await ledger.redis.del(`${ledger.root}stores`);
    await ask(PATH, { body: testRequest('without an image') });
    expect(await ledger.uploadStores.used()).toEqual([]);
    const producer: Producer = {
      ...deps.producer,
      enqueue: async (...request) => {
        expect(await ledger.uploadStores.used()).toEqual([
          { id: await storeIdOf(pool.uploads), place: pool.uploads.place },
        ]);
        return deps.producer.enqueue(...request);
      },
    };
    const named = await startGateway({ pool, deps: { producer } });
    expect((await named.ask(PATH, { body: formOf(bare('told'), ['image_urls', PNG]) })).status).toBe(201);
  });

  test('is taken also if the store takes no id', async () => {
    const { store } = watched(pool.uploads);
    const uploads = { ...store, putNew: () => Promise.reject(new StorageError('images alone may be written')) };
    const { ask } = await startGateway({ pool, deps: { uploads } });
    expect((await ask(PATH, { body: formOf(bare('no id'), ['image_urls', PNG]) })).status).toBe(201);
  });

  test('images are appended to the links of the request, or set the field that names them', async () => {
    const { ask, deps } = await startGateway({ pool });
    const link = 'https://example.com/a.png';
    const list = await ask(PATH, { body: formOf(testRequest('mixed'), ['image_urls', webp('VP8 ')]) });
    const other = { model: 'other/model', input: { prompt: 'x', first_frame_url: link } };
    const field = await ask(PATH, { body: formOf(other, ['last_frame_url', PNG]) });
    const inputs = await Promise.all(
      [list, field].map(
        async ({ body }) => JSON.parse((await deps.ledger.read.generation(body.id))?.payload ?? '').request.input,
      ),
    );
    expect(inputs[0].image_urls).toEqual([link, expect.stringMatching(/\.webp$/)]);
    expect(inputs[1]).toEqual({ prompt: 'x', first_frame_url: link, last_frame_url: expect.stringMatching(/\.png$/) });
  });

  test('are kept for the tenant of the key, or the one that an operator names', async () => {
    const { store, names } = watched(pool.uploads);
    const { ask } = await startGateway({ pool, keys: KEYS, deps: { uploads: store } });
    await ask(PATH, { key: 'key-of-a', body: formOf(bare('of a'), ['image_urls', PNG]) });
    await ask(PATH, { key: 'key-of-op', body: formOf(bare('of b', { tenant: 'b' }), ['image_urls', PNG]) });
    expect([...names].map((name) => name.split('/')[0])).toEqual(['tenant-a', 'tenant-b']);
    const named = await ask(PATH, { key: 'key-of-a', body: formOf(bare('x', { tenant: 'b' }), ['image_urls', PNG]) });
    const broken = await ask(PATH, {
      key: 'key-of-op',
      body: formOf(bare('x', { tenant: '../b' }), ['image_urls', PNG]),
    });
    expect([named.status, broken.status, names.size]).toEqual([403, 422, 2]);
  });

  test('the same images under the same key are one generation, which keeps its own', async () => {
    const { store, names } = watched(pool.uploads);
    const { ask, deps } = await startGateway({ pool, deps: { uploads: store } });
    const headers = { 'idempotency-key': 'images' };
    const body = () => formOf(bare('once', { delayMs: 3_600_000 }), ['image_urls', PNG]);
    const first = await ask(PATH, { body: body(), headers });
    const kept = [...names];
    const again = await ask(PATH, { body: body(), headers });
    expect(again).toMatchObject({ status: 200, body: { id: first.body.id, created: false } });
    const other = await ask(PATH, { body: formOf(bare('once'), ['image_urls', JPEG]), headers });
    expect(other).toMatchObject({ status: 422, body: { error: { code: 'idempotency_conflict' } } });
    expect([...names]).toEqual(kept);
    const [url = ''] = JSON.parse((await deps.ledger.read.generation(first.body.id))?.payload ?? '').request.input
      .image_urls;
    expect(kept[0]).toContain(url.split('/').slice(-2).join('/'));
  });

  test('that exists already, because its own first reply was lost, keeps its images', async () => {
    const { store, names } = watched(pool.uploads);
    // As after a reconnect: the same call arrives twice, and only the second reply arrives.
    const enqueue: Producer['enqueue'] = async (...call) => {
      await pool.producer.enqueue(...call);
      return pool.producer.enqueue(...call);
    };
    const producer = { ...pool.producer, enqueue, close: () => Promise.resolve() };
    const { ask, deps } = await startGateway({ pool, deps: { uploads: store, producer } });
    const body = () => formOf(bare('twice heard', { delayMs: 3_600_000 }), ['image_urls', PNG], ['image_urls', JPEG]);
    const headers = { 'idempotency-key': 'lost answer' };
    const first = await ask(PATH, { body: body(), headers });
    expect(first).toMatchObject({ status: 200, body: { created: false } });
    const kept = uploadsIn(
      JSON.parse((await deps.ledger.read.generation(first.body.id))?.payload ?? '').request.input,
    ).map(uploadName);
    expect(kept).toHaveLength(2);
    expect([...names].toSorted()).toEqual(kept.toSorted());
    // A later call has copies of its own, which nothing names; they go, and the first ones stay.
    expect((await ask(PATH, { body: body(), headers })).body.id).toBe(first.body.id);
    expect([...names].toSorted()).toEqual(kept.toSorted());
  });

  test('takes an image of exactly 10 MB', async () => {
    const { ask } = await startGateway({ pool });
    const body = formOf(bare('large', { delayMs: 3_600_000 }), ['image_urls', pngOf(LIMIT)]);
    expect((await ask(PATH, { body })).status).toBe(201);
  });
});
