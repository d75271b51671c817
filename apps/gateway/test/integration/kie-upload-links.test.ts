import { uploadName, uploadsIn } from '@kieq/domain';
import { StorageError } from '@kieq/storage';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { startPool, testRequest, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { uploadedLink } from '../kie-uploads.ts';
import { KEYS, startGateway, type Asked, type AskOptions, type GatewayFixture } from '../support.ts';
import { formOf, watched } from '../v1-forms.ts';
import { JPEG, PNG } from '../v1-images.ts';

const CREATE = '/api/v1/jobs/createTask';
const A = { key: 'key-of-a' };

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'kie-links' });
});
afterAll(() => pool.stop());

function requestWith(prompt: string, ...links: readonly string[]): { readonly model: string; readonly input: object } {
  const { model, input } = testRequest(prompt);
  return { model, input: { ...input, image_urls: links } };
}

function create(gateway: GatewayFixture, body: object, options: AskOptions = {}): Promise<Asked> {
  return gateway.ask(CREATE, { ...A, ...options, body });
}

/** The names of the images that a generation has in the store. */
async function imagesOf(id: string): Promise<string[]> {
  const payload = (await pool.ledger.read.generation(id))?.payload ?? '{}';
  return uploadsIn(JSON.parse(payload).request?.input).map(uploadName);
}

describe('a link to an upload in a request', () => {
  // @guarantee G2
  test('becomes an image of the generation, which goes to Kie from the worker', async () => {
    const gateway = await startGateway({ pool, keys: KEYS });
    const links = [await uploadedLink(gateway, A, JPEG), await uploadedLink(gateway, A, PNG)];
    const answer = await create(gateway, requestWith('linked', ...links));
    expect([answer.status, answer.headers.get('x-kieq-warnings')]).toEqual([200, null]);
    const { taskId } = answer.body.data;
    await pool.recordWhen(taskId, ({ state }) => state === 'succeeded');
    const submission = await pool.simulator.waitForSubmission(({ prompt }) => prompt === 'linked');
    const { image_urls: sent } = z.object({ image_urls: z.array(z.string()) }).parse(submission.input);
    // Of Kie's upload service: Kie needs no way to the gateway.
    for (const url of sent) expect(url).toContain(`${pool.simulator.url}/files/`);
    const bytes = await Promise.all(sent.map(async (url) => Buffer.from(await (await fetch(url)).arrayBuffer())));
    expect(bytes).toEqual([JPEG, PNG]);
    // The upload is still there for further requests.
    expect((await create(gateway, requestWith('linked again', ...links))).status).toBe(200);
  });

  test('is one in every create call: native, batch, form', async () => {
    const gateway = await startGateway({ pool, keys: KEYS });
    const link = await uploadedLink(gateway, A);
    const body = { ...requestWith('native', link), delayMs: 600_000 };
    const native = await gateway.ask('/v1/generations', { ...A, body });
    const items = [body, { ...requestWith('bad', link.replace(/up_.{8}/, 'up_00000000')) }, body, testRequest('plain')];
    const batch = await gateway.ask('/v1/generations/batch', { ...A, body: { items } });
    const form = await gateway.ask('/v1/generations', { ...A, body: formOf(body, ['image_urls', JPEG]) });
    expect([native.status, batch.status, form.status]).toEqual([201, 200, 201]);
    expect(batch.body.items.map(({ ok }: { ok: boolean }) => ok)).toEqual([true, false, true, true]);
    expect(batch.body.items[1].error).toMatchObject({
      code: 'invalid_request',
      problems: [{ field: 'input.image_urls[0]', rule: expect.stringMatching(/must be the link of an image/) }],
    });
    const ids = [native.body.id, batch.body.items[0].id, batch.body.items[2].id];
    const images = (await Promise.all(ids.map(imagesOf))).flat();
    expect([new Set(images).size, (await imagesOf(form.body.id)).length]).toEqual([3, 2]);
  });

  test('works also with another base, and in fields of other models', async () => {
    const gateway = await startGateway({ pool, keys: KEYS });
    const { pathname } = new URL(await uploadedLink(gateway, A));
    const input = {
      prompt: 'x',
      first_frame_url: `https://videos.example/kieq${pathname}?x=1`,
      deep: [{ a: pathname }],
    };
    const answer = await create(gateway, { model: 'other/model', input });
    expect(await imagesOf(answer.body.data.taskId)).toHaveLength(1);
    const payload = JSON.parse((await pool.ledger.read.generation(answer.body.data.taskId))?.payload ?? '');
    expect(payload.request.input.deep).toEqual([{ a: pathname }]);
  });

  test('that was forged, is of another tenant, has expired or lost its file is refused with the same words', async () => {
    const { store, names } = watched(pool.uploads);
    const gateway = await startGateway({ pool, keys: KEYS, deps: { uploads: store } });
    const [foreign, expired, lost] = [
      await uploadedLink(gateway, { key: 'key-of-b' }),
      await uploadedLink(gateway, A),
      await uploadedLink(gateway, A),
    ];
    const tokenOf = (link: string): string => /up_\w{40}/.exec(link)?.[0] ?? '';
    const root = pool.ledger.root;
    await pool.redis.client.hset(`${root}upload:${tokenOf(expired)}`, 'expiresAt', String(Date.now() - 1000));
    const kept = await pool.ledger.keptUploads.read(tokenOf(lost));
    await pool.uploads.remove(uploadName(kept ?? expect.fail()));
    const before = [...names];
    const forged = foreign.replace(/up_.{8}/, 'up_00000000');
    const asNothing = `https://upload.kieq.invalid/uploads/${tokenOf(forged)}.png`;
    const rules = new Set<string>();
    for (const link of [foreign, expired, lost, forged, asNothing]) {
      const { status, body } = await create(gateway, requestWith('no', link));
      expect([status, body.code]).toEqual([422, 422]);
      rules.add(body.msg.split(', received')[0]);
    }
    expect([...rules]).toEqual([expect.stringMatching(/^input\.image_urls\[0\] must be the link of an image/)]);
    expect([...names]).toEqual(before);
    // Its own tenant takes it.
    expect((await create(gateway, requestWith('mine', foreign), { key: 'key-of-b' })).status).toBe(200);
  });

  test('an address that only looks like one, as of another pool, is an address like any other', async () => {
    const gateway = await startGateway({ pool, keys: KEYS });
    const link = `https://other.example/uploads/up_${'0'.repeat(40)}.png`;
    const answer = await create(gateway, requestWith('other pool', link));
    expect(answer.status).toBe(200);
    const record = await pool.ledger.read.generation(answer.body.data.taskId);
    expect(record?.payload).toContain(link);
  });

  test('at most 10 in one request', async () => {
    const gateway = await startGateway({ pool, keys: KEYS });
    const { origin } = new URL(await uploadedLink(gateway, A));
    const links = Array.from({ length: 11 }, (_, i) => `${origin}/uploads/up_${String(i).padStart(40, '0')}.png`);
    const answer = await create(gateway, requestWith('many', ...links));
    expect([answer.status, answer.body.msg]).toEqual([422, 'input must have at most 10 uploaded images, received 11']);
  });
});

describe('idempotency', () => {
  const keyed = (key: string): AskOptions => ({ headers: { 'idempotency-key': key } });

  // @guarantee G1
  test('the same call with the same link is the same request, and keeps the images of the first', async () => {
    const { store, names } = watched(pool.uploads);
    const gateway = await startGateway({ pool, keys: KEYS, deps: { uploads: store } });
    const link = await uploadedLink(gateway, A);
    const call = () => create(gateway, requestWith('once', link), keyed('linked-1'));
    const first = await call();
    const images = await imagesOf(first.body.data.taskId);
    const kept = [...names];
    const again = await Promise.all([call(), call(), call()]);
    expect(again.map(({ body }) => body.data?.taskId)).toEqual(Array(3).fill(first.body.data.taskId));
    expect([images.length, await imagesOf(first.body.data.taskId)]).toEqual([1, images]);
    expect([...names].toSorted()).toEqual(kept.toSorted());
  });

  // @guarantee G1
  test('equal bytes of another upload are an equal request, another image is a conflict that leaves nothing', async () => {
    const { store, names } = watched(pool.uploads);
    const gateway = await startGateway({ pool, keys: KEYS, deps: { uploads: store } });
    const [one, same, other] = [
      await uploadedLink(gateway, A),
      await uploadedLink(gateway, A),
      await uploadedLink(gateway, A, JPEG),
    ];
    const first = await create(gateway, requestWith('equal', one), keyed('linked-2'));
    const kept = [...names].toSorted();
    const second = await create(gateway, requestWith('equal', same), keyed('linked-2'));
    expect(second.body.data.taskId).toBe(first.body.data.taskId);
    const third = await create(gateway, requestWith('equal', other), keyed('linked-2'));
    expect([third.status, third.body.msg]).toEqual([422, expect.stringContaining(first.body.data.taskId)]);
    expect([...names].toSorted()).toEqual(kept);
  });

  test('a store that fails creates nothing', async () => {
    const { store } = watched(pool.uploads);
    const gateway = await startGateway({ pool, keys: KEYS });
    const link = await uploadedLink(gateway, A);
    const uploads = { ...store, get: () => Promise.reject(new StorageError('away')) };
    const broken = await startGateway({ pool, keys: KEYS, deps: { uploads } });
    const { status, body } = await create(broken, requestWith('store away', link));
    expect([status, body.msg]).toEqual([503, expect.stringMatching(/No generation was created/)]);
    const batch = await broken.ask('/v1/generations/batch', {
      ...A,
      body: { items: [requestWith('store away', link)] },
    });
    expect(batch.status).toBe(503);
  });
});

test('a batch has at most 100 requests with uploads', async () => {
  const gateway = await startGateway({ pool, keys: KEYS });
  const link = await uploadedLink(gateway, A);
  const items = Array.from({ length: 101 }, (_, i) => ({ ...requestWith(`n ${i}`, link), delayMs: 600_000 }));
  const { body } = await gateway.ask('/v1/generations/batch', { ...A, body: { items } });
  expect(body.items.filter(({ ok }: { ok: boolean }) => ok)).toHaveLength(100);
  expect(body.items[100].error.message).toMatch(/at most 100 requests of a batch/);
});
