import { openStore } from '@kieq/storage';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { stubAwsEnvironment } from '../../../../packages/storage/test/support/aws-environment.ts';
import { BUCKET, startS3Server } from '../../../../packages/storage/test/support/s3-server.ts';
import { startPool } from '../../../../packages/testkit/src/pool.ts';
import { startGateway } from '../support.ts';
import { bare, formOf, watched } from '../v1-forms.ts';
import { JPEG, PNG } from '../v1-images.ts';

const PATH = '/v1/generations';

test('an image goes from the caller through a bucket to Kie and becomes a video', async () => {
  const s3 = await startS3Server();
  onTestFinished(() => s3.stop());
  stubAwsEnvironment(s3.url);
  onTestFinished(() => void vi.unstubAllEnvs());
  const uploads = openStore({ kind: 's3', bucket: BUCKET, prefix: 'uploads/eu' });
  const pool = await startPool({ redisUrl: inject('redisUrl'), name: 'v1-s3', uploads });
  onTestFinished(() => pool.stop());
  const { store, names } = watched(uploads);
  const { ask } = await startGateway({ pool, deps: { uploads: store } });

  const body = formOf(bare('through a bucket'), ['image_urls', JPEG], ['image_urls', PNG]);
  const { status, body: created } = await ask(PATH, { body });
  expect({ status, created }).toMatchObject({ status: 201, created: { created: true } });
  expect([...names].map((name) => name.split('/')[0])).toEqual(['tenant-default', 'tenant-default']);
  expect(await Promise.all([...names].map((name) => uploads.get(name)))).toEqual([JPEG, PNG]);

  await pool.recordWhen(created.id, ({ state }) => state === 'succeeded');
  const { input } = await pool.simulator.waitForSubmission(({ prompt }) => prompt === 'through a bucket');
  const links = JSON.stringify(input).match(/http[^"]+\/files\/[^"]+/g) ?? [];
  const passed = await Promise.all(links.map(async (link) => Buffer.from(await (await fetch(link)).arrayBuffer())));
  expect(passed).toEqual([JPEG, PNG]);

  // What is refused is taken out of the bucket again.
  const kept = [...names];
  expect((await ask(PATH, { body: formOf(bare('x', { more: 1 }), ['image_urls', PNG]) })).status).toBe(422);
  expect([...names]).toEqual(kept);
});
