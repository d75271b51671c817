import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startPool, testRequest, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { tinyVideo } from '../../../../packages/simulator/src/video/tiny.ts';
import { KEYS, startGateway } from '../support.ts';

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'v1-results', worker: { archiveMode: 'wait' } });
});
afterAll(() => pool.stop());

async function archived(prompt: string): Promise<string> {
  const { id } = await pool.producer.enqueue(testRequest(prompt), { tenant: 'a' });
  await pool.recordWhen(id, ({ state }) => state === 'succeeded');
  return id;
}

const path = (id: string, n: number | string = 1): string => `/v1/generations/${id}/results/${n}`;
const bearer = (key: string, more: Record<string, string> = {}) => ({
  headers: { authorization: `Bearer ${key}`, ...more },
});
const bodyOf = async (answer: Response): Promise<Buffer> => Buffer.from(await answer.arrayBuffer());

describe('GET /v1/generations/:id/results/:n', () => {
  test('the view says where; the file comes whole, with its type, its hash and a name', async () => {
    const { ask, url } = await startGateway({ pool, keys: KEYS });
    const id = await archived('whole');
    const { body } = await ask(`/v1/generations/${id}`, { key: 'key-of-a' });
    expect(body).toMatchObject({
      resultUrlsDieAt: expect.any(Number),
      results: [{ url: path(id), contentType: 'video/mp4', bytes: tinyVideo.length }],
    });
    expect(body.resultUrlsDieAt).toBeGreaterThan(Date.now());
    const answer = await fetch(url + body.results[0].url, bearer('key-of-a'));
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'video/mp4',
      'content-length': String(tinyVideo.length),
      'content-disposition': `inline; filename="${id}.mp4"`,
      'accept-ranges': 'bytes',
      'cache-control': 'private, max-age=86400, immutable',
      'repr-digest': `sha-256=:${createHash('sha256').update(tinyVideo).digest('base64')}:`,
      'x-content-type-options': 'nosniff',
    });
    expect(await bodyOf(answer)).toEqual(Buffer.from(tinyVideo));
  });

  test('ranges, conditions and HEAD', async () => {
    const { url, ask } = await startGateway({ pool, keys: KEYS });
    const id = await archived('ranges');
    const get = (more: Record<string, string>, method = 'GET') =>
      fetch(url + path(id), { method, ...bearer('key-of-a', more) });
    const part = await get({ range: 'bytes=4-7' });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 4-7/${tinyVideo.length}`]);
    expect((await bodyOf(part)).toString('latin1')).toBe('ftyp');
    const tail = await get({ range: 'bytes=-10' });
    expect(await bodyOf(tail)).toEqual(Buffer.from(tinyVideo.subarray(-10)));
    const etag = part.headers.get('etag') ?? '';
    // Without a Cache-Control of ours, fetch adds no-cache, which asks for the file whatever the ETag.
    expect((await get({ 'if-none-match': etag, 'cache-control': 'max-age=0' })).status).toBe(304);
    expect((await get({ 'if-range': '"another"', range: 'bytes=0-1' })).status).toBe(200);
    const head = await get({}, 'HEAD');
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(tinyVideo.length)]);
    const beyond = await ask(path(id), { key: 'key-of-a', headers: { range: 'bytes=99999999-' } });
    expect(beyond).toMatchObject({ status: 416, body: { error: { code: 'range_not_satisfiable' } } });
    expect(beyond.headers.get('content-range')).toBe(`bytes */${tinyVideo.length}`);
    const changed = await ask(path(id), { key: 'key-of-a', headers: { 'if-match': '"another"' } });
    expect(changed).toMatchObject({ status: 412, body: { error: { code: 'precondition_failed' } } });
  });

  test('is there only for its tenant and for operators', async () => {
    const { ask } = await startGateway({ pool, keys: KEYS });
    const id = await archived('private');
    expect((await ask(path(id), { key: 'key-of-op' })).status).toBe(200);
    expect(await ask(path(id), { key: 'key-of-b' })).toMatchObject({
      status: 404,
      body: { error: { code: 'not_found' } },
    });
    expect((await ask(path(id))).status).toBe(401);
    for (const n of [2, 1000])
      expect(await ask(path(id, n), { key: 'key-of-a' })).toMatchObject({
        status: 404,
        body: { error: { message: `Result ${n} does not exist; the generation has 1.` } },
      });
    for (const n of [0, 1001, 'x', '1.5', '..%2f1'])
      expect((await ask(path(id, n), { key: 'key-of-a' })).status).toBe(422);
  });

  test('says why there is none: not yet, never, removed, or not on this gateway', async () => {
    const { ask } = await startGateway({ pool, keys: KEYS });
    const { id: waiting } = await pool.producer.enqueue(testRequest('later'), { tenant: 'a', delayMs: 3_600_000 });
    expect((await ask(path(waiting), { key: 'key-of-a' })).body.error).toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('not archived (the generation is queued)'),
    });
    const id = await archived('removed');
    const elsewhere = await startGateway({ pool, keys: KEYS, deps: { archive: undefined } });
    expect(await elsewhere.ask(path(id), { key: 'key-of-a' })).toMatchObject({
      status: 503,
      body: { error: { code: 'unavailable', message: expect.stringContaining('ARCHIVE_URL') } },
    });
    const [file] = (await pool.ledger.read.generation(id))?.archiving?.files ?? [];
    await pool.archiveStore.remove(file?.name ?? '');
    expect(await ask(path(id), { key: 'key-of-a' })).toMatchObject({ status: 410, body: { error: { code: 'gone' } } });
    await pool.ledger.purge(id, false);
    expect((await ask(path(id), { key: 'key-of-a' })).body.error.message).toContain('were purged');
    // As if the mount were forgotten: the response must not be 410.
    const other = await archived('unmounted');
    await rm(pool.archiveFolder, { recursive: true });
    expect((await ask(path(other), { key: 'key-of-a' })).status).toBe(503);
  });
});
