import { rm, writeFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { MAX_POSTER_BYTES, posterName } from '@kieq/archive';
import { openBlobStore, type BlobStore } from '@kieq/storage';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { stubAwsEnvironment } from '../../../../packages/storage/test/support/aws-environment.ts';
import { BUCKET, startS3Server } from '../../../../packages/storage/test/support/s3-server.ts';
import { startPool, type PoolFixture } from '../../../../packages/testkit/src/index.ts';
import type { AppOptions } from '../../src/app.ts';
import { basic, dashboardOf } from '../support.ts';

const JPEG = Buffer.concat([Buffer.from('ffd8ffe0', 'hex'), Buffer.alloc(1000, 'kieq')]);

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'posters', worker: { archiveMode: 'wait' } });
});
afterAll(() => pool.stop());

async function openApp(options: Partial<AppOptions> = {}): Promise<FastifyInstance> {
  const app = await dashboardOf(pool, options);
  onTestFinished(() => app.close());
  return app;
}

/** A generation whose video is archived, and the name of the poster that it may have. */
async function archivedOne(): Promise<{ readonly id: string; readonly poster: string; readonly url: string }> {
  const [id = ''] = await pool.enqueue('a boat');
  const record = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
  const poster = posterName(record.archiving?.files[0]?.name ?? '');
  return { id, poster, url: `/api/generations/${id}/posters/1` };
}

async function put(store: BlobStore, name: string, bytes = JPEG): Promise<void> {
  const draft = await store.create(name, 'image/jpeg', 'test');
  await draft.write(bytes);
  await draft.commit();
}

describe('a poster', () => {
  it('is told and served, as what it is, and kept by a browser that asks each time', async () => {
    const app = await openApp();
    const { id, poster, url } = await archivedOne();
    expect((await app.inject(`/api/generations/${id}/posters`)).json()).toEqual({ posters: [] });
    await put(pool.archiveStore, poster);
    expect((await app.inject(`/api/generations/${id}/posters`)).json()).toEqual({ posters: [1] });
    const answer = await app.inject(url);
    expect([answer.statusCode, answer.rawPayload]).toEqual([200, JPEG]);
    expect(answer.headers).toMatchObject({
      'content-type': 'image/jpeg',
      'content-length': String(JPEG.length),
      'cache-control': 'private, max-age=0',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      etag: expect.stringMatching(/^"[\w-]{43}"$/),
    });
    const again = await app.inject({ url, headers: { 'if-none-match': String(answer.headers.etag) } });
    expect([again.statusCode, again.body]).toEqual([304, '']);
  });

  it('of a bucket is served by the dashboard itself', async () => {
    const s3 = await startS3Server();
    stubAwsEnvironment(s3.url);
    const archive = openBlobStore({ kind: 's3', bucket: BUCKET, prefix: 'videos' });
    onTestFinished(async () => {
      await archive.close();
      await s3.stop();
      vi.unstubAllEnvs();
    });
    const app = await openApp({ archive });
    const { url, poster } = await archivedOne();
    expect((await app.inject(url)).statusCode).toBe(404);
    await put(archive, poster);
    const answer = await app.inject(url);
    expect([answer.statusCode, answer.headers['content-type'], answer.rawPayload]).toEqual([200, 'image/jpeg', JPEG]);
  });

  it('that is not there is a typed 404, which nobody keeps', async () => {
    const app = await openApp();
    const { id, poster, url } = await archivedOne();
    const unknown = '/api/generations/gen_0000000000/posters/1';
    const second = `/api/generations/${id}/posters/2`;
    for (const path of [url, second, unknown]) {
      const answer = await app.inject(path);
      expect([answer.statusCode, answer.headers['cache-control'], answer.json()]).toEqual([
        404,
        'no-store',
        { code: 'no_poster', error: expect.stringMatching(/^There is no poster of result [12] of gen_\w+\.$/) },
      ]);
    }
    await put(pool.archiveStore, poster, Buffer.alloc(MAX_POSTER_BYTES + 1));
    expect((await app.inject(url)).statusCode).toBe(404);
    expect((await app.inject(`/api/generations/${id}/posters`)).json()).toEqual({ posters: [] });
    expect((await app.inject('/api/generations/gen_0000000000/posters')).json()).toEqual({ posters: [] });
    expect((await app.inject(`/api/generations/${id}/posters/..`)).statusCode).toBe(404);
    expect((await app.inject(`/api/generations/${id}/posters/x`)).statusCode).toBe(400);
  });

  it('is nowhere for a dashboard without an archive', async () => {
    const app = await openApp({ archive: undefined });
    const { id, poster, url } = await archivedOne();
    await put(pool.archiveStore, poster);
    expect((await app.inject(`/api/generations/${id}/posters`)).json()).toEqual({ posters: [] });
    expect((await app.inject(url)).json()).toMatchObject({ code: 'no_poster' });
  });

  it('is behind the password; a viewer sees it', async () => {
    const logins = [
      { user: 'operator', password: 'correct horse', role: 'operator' },
      { user: 'guest', password: 'only looking', role: 'viewer' },
    ] as const;
    const app = await openApp({ logins });
    const { id, poster, url } = await archivedOne();
    await put(pool.archiveStore, poster);
    for (const path of [url, `/api/generations/${id}/posters`]) {
      const authorization = basic('guest', 'only looking');
      expect((await app.inject(path)).statusCode).toBe(401);
      expect((await app.inject({ url: path, headers: { authorization } })).statusCode).toBe(200);
    }
  });

  it('in an archive that does not work is an error of its own; the generation is shown', async () => {
    const file = `${pool.archiveFolder}-is-a-file`;
    await writeFile(file, 'this is no folder');
    onTestFinished(() => rm(file));
    const app = await openApp({ archive: openBlobStore({ kind: 'file', path: file }) });
    const { id, url } = await archivedOne();
    for (const path of [url, `/api/generations/${id}/posters`]) {
      const answer = await app.inject(path);
      expect([answer.statusCode, answer.body]).toEqual([500, expect.stringContaining('ENOTDIR')]);
    }
    expect((await app.inject(`/api/generations/${id}`)).statusCode).toBe(200);
  });
});
