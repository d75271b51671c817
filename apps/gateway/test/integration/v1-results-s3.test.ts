import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { openBlobStore } from '@kieq/storage';
import { startPool, testRequest, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { tinyVideo } from '../../../../packages/simulator/src/video/tiny.ts';
import { stubAwsEnvironment } from '../../../../packages/storage/test/support/aws-environment.ts';
import { BUCKET, startS3Server } from '../../../../packages/storage/test/support/s3-server.ts';
import { KEYS, startGateway } from '../support.ts';

let pool: PoolFixture;
let s3: Awaited<ReturnType<typeof startS3Server>>;
beforeAll(async () => {
  s3 = await startS3Server();
  stubAwsEnvironment(s3.url);
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'v1-results-s3', worker: { archiveMode: 'wait' } });
});
afterAll(async () => {
  await pool.stop();
  await s3.stop();
  vi.unstubAllEnvs();
});

test('an archived result in a bucket is a redirect to a link that needs no key', async () => {
  const { id } = await pool.producer.enqueue(testRequest('bucket'), { tenant: 'a' });
  const record = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
  const archive = openBlobStore({ kind: 's3', bucket: BUCKET, prefix: 'videos' });
  const draft = await archive.create(record.archiving?.files[0]?.name ?? '', 'video/mp4', id);
  await draft.write(tinyVideo);
  await draft.commit();
  const { url } = await startGateway({ pool, keys: KEYS, deps: { archive } });
  const path = `${url}/v1/generations/${id}/results/1`;
  const headers = { authorization: 'Bearer key-of-a' };
  const redirect = await fetch(path, { headers, redirect: 'manual' });
  expect([redirect.status, redirect.headers.get('cache-control')]).toEqual([302, 'private, no-store']);
  const link = new URL(redirect.headers.get('location') ?? '');
  expect([link.pathname.startsWith(`/${BUCKET}/videos/tenant-a/`), link.searchParams.get('X-Amz-Expires')]).toEqual([
    true,
    '900',
  ]);
  const answer = await fetch(link);
  expect([answer.status, answer.headers.get('content-type'), answer.headers.get('content-disposition')]).toEqual([
    200,
    'video/mp4',
    `inline; filename="${id}.mp4"`,
  ]);
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(Buffer.from(tinyVideo));
  await archive.close();
});
