import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { openStore, StorageError } from '../../src/index.ts';
import { stubAwsEnvironment } from '../support/aws-environment.ts';
import { BUCKET, startS3Server } from '../support/s3-server.ts';

const text = Buffer.from('text');
let s3: Awaited<ReturnType<typeof startS3Server>>;
beforeAll(async () => {
  s3 = await startS3Server();
});
afterAll(() => s3.stop());
beforeEach(() => stubAwsEnvironment(s3.url));
afterEach(() => {
  vi.unstubAllEnvs();
});

const openBucket = (bucket = BUCKET, prefix = '') => openStore({ kind: 's3', bucket, prefix });
const failureOf = (action: Promise<unknown>) => action.then(() => undefined).catch((error: unknown) => error);

test('keeps the content type, and the key is below the prefix', async () => {
  const store = openBucket(BUCKET, 'uploads/eu');
  expect(store.place).toBe(`s3://${BUCKET}/uploads/eu`);
  await store.put('a/x.webp', text, 'image/webp');
  const client = new S3Client({ forcePathStyle: true });
  const head = await client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'uploads/eu/a/x.webp' }));
  expect(head).toMatchObject({ ContentType: 'image/webp', ContentLength: 4 });
  client.destroy();
  await store.close();
});

test('a bucket that does not exist is an error, not an absent file', async () => {
  const store = openBucket('no-such-bucket');
  const actions = [() => store.get('x'), () => store.put('x', text, 'text/plain'), () => store.remove('x')];
  for (const action of actions) {
    const failure = await failureOf(action());
    expect(failure).toBeInstanceOf(StorageError);
    expect(String(failure)).toMatch(/s3:\/\/no-such-bucket: cannot \w+ x: NoSuchBucket \(HTTP 404\)$/);
  }
  await store.close();
});

// @guarantee G7
test('a wrong access key is reported without any credential', async () => {
  stubAwsEnvironment(s3.url, { AWS_ACCESS_KEY_ID: 'hunter2hunter2' });
  const store = openBucket();
  const failure = await failureOf(store.get('x'));
  expect(failure).toBeInstanceOf(StorageError);
  expect(String(failure)).toBe(`StorageError: s3://${BUCKET}: cannot read x: InvalidAccessKeyId (HTTP 403)`);
  await store.close();
});

test.each(['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'])('needs no region with an endpoint by %s', async (variable) => {
  stubAwsEnvironment(undefined, { AWS_REGION: undefined, [variable]: s3.url });
  const store = openBucket();
  await store.put('no-region', text, 'text/plain');
  expect(await store.get('no-region')).toEqual(text);
  await store.close();
});

test('says which variable is missing when Amazon needs a region', async () => {
  stubAwsEnvironment(undefined, { AWS_REGION: undefined });
  const store = openBucket();
  await expect(store.get('x')).rejects.toThrow('the region of the bucket is unknown; set AWS_REGION');
  // The next call tries again instead of repeating the first answer.
  stubAwsEnvironment(s3.url);
  expect(await store.get('x')).toBeUndefined();
  await store.close();
});
