import type { FastifyInstance } from 'fastify';
import { openBlobStore } from '@kieq/storage';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { stubAwsEnvironment } from '../../../../packages/storage/test/support/aws-environment.ts';
import { BUCKET, startS3Server } from '../../../../packages/storage/test/support/s3-server.ts';
import { startPool, type PoolFixture } from '../../../../packages/testkit/src/index.ts';
import { tinyVideo } from '../../../../packages/simulator/src/video/tiny.ts';
import type { AppOptions } from '../../src/app.ts';
import { dashboardOf } from '../support.ts';

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'results', worker: { archiveMode: 'wait' } });
});
afterAll(() => pool.stop());

async function openApp(options: Partial<AppOptions> = {}): Promise<FastifyInstance> {
  const app = await dashboardOf(pool, options);
  onTestFinished(() => app.close());
  return app;
}

async function archivedOne() {
  const [id = ''] = await pool.enqueue('a boat');
  const record = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
  const kie = record.verdict?.resultUrls[0] ?? '';
  const { name = '' } = record.archiving?.files[0] ?? {};
  return { id, kie, name, store: record.archiving?.store ?? '', url: `/api/generations/${id}/results/1` };
}

const shownBy = async (app: FastifyInstance, id: string): Promise<unknown> =>
  (await app.inject(`/api/generations/${id}`)).json().results;

describe('an archived result', () => {
  it('is what the page is told first, and is served whole and in parts, as what it is', async () => {
    const app = await openApp();
    const { id, kie, url } = await archivedOne();
    expect(await shownBy(app, id)).toEqual([{ archive: url, kie }]);
    const { recent } = (await app.inject('/api/overview')).json();
    expect(recent[0]).toMatchObject({ id, result: { archive: url, kie } });
    const answer = await app.inject(url);
    expect([answer.statusCode, answer.rawPayload]).toEqual([200, Buffer.from(tinyVideo)]);
    expect(answer.headers).toMatchObject({
      'content-type': 'video/mp4',
      'content-disposition': `inline; filename="${id}.mp4"`,
      'cache-control': 'private, max-age=0',
      'x-content-type-options': 'nosniff',
    });
    const part = await app.inject({ url, headers: { range: 'bytes=4-7' } });
    expect([part.statusCode, part.body]).toEqual([206, 'ftyp']);
  });

  it('of a bucket is a redirect to a link that needs no key', async () => {
    const s3 = await startS3Server();
    stubAwsEnvironment(s3.url);
    const archive = openBlobStore({ kind: 's3', bucket: BUCKET, prefix: 'videos' });
    onTestFinished(async () => {
      await archive.close();
      await s3.stop();
      vi.unstubAllEnvs();
    });
    const app = await openApp({ archive });
    const { name, url } = await archivedOne();
    expect((await app.inject(url)).json()).toMatchObject({ code: 'gone' });
    const draft = await archive.create(name, 'video/mp4', 'test');
    await draft.write(tinyVideo);
    await draft.commit();
    const answer = await app.inject(url);
    expect([answer.statusCode, answer.headers.location]).toEqual([302, expect.stringContaining('X-Amz-Signature=')]);
  });

  it('that is not there is a typed error, and no path leads out of the archive', async () => {
    const app = await openApp();
    const { id, name, url } = await archivedOne();
    expect((await app.inject(`/api/generations/${id}/results/2`)).json()).toMatchObject({ code: 'not_archived' });
    expect((await app.inject('/api/generations/gen_0000000000/results/1')).statusCode).toBe(404);
    expect((await app.inject(`/api/generations/${id}/results/..`)).statusCode).toBe(404);
    expect((await app.inject(`/api/generations/${id}/results/x`)).statusCode).toBe(400);
    await pool.archiveStore.remove(name);
    const gone = await app.inject(url);
    expect([gone.statusCode, gone.headers['cache-control'], gone.json().code]).toEqual([410, 'no-store', 'gone']);
  });

  it('comes by the link of a gateway where the dashboard has no archive; without one the page is told only of Kie', async () => {
    const app = await openApp({ archive: undefined });
    const { id, kie, store, url } = await archivedOne();
    expect(await shownBy(app, id)).toEqual([{ archive: null, kie }]);
    expect((await app.inject(url)).statusCode).toBe(410);
    await pool.ledger.archiveLinks.usePublicUrl('https://kieq.example.com');
    await pool.ledger.archiveLinks.announceReader(store);
    expect(await shownBy(app, id)).toEqual([{ archive: url, kie }]);
    const answer = await app.inject(url);
    expect([answer.statusCode, answer.headers.location]).toEqual([
      302,
      expect.stringMatching(/^https:\/\/kieq\.example\.com\/results\/gen_\w+\.mp4\?expires=\d+&signature=/),
    ]);
  });
});
