import { afterAll, beforeAll, expect, inject, onTestFinished, test, vi } from 'vitest';
import { openBlobStore } from '@kieq/storage';
import { startPool, testRequest, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { startReceiver } from '../../../../packages/testkit/src/receiver.ts';
import { until } from '../../../../packages/testkit/src/until.ts';
import { tinyVideo } from '../../../../packages/simulator/src/video/tiny.ts';
import { stubAwsEnvironment } from '../../../../packages/storage/test/support/aws-environment.ts';
import { BUCKET, startS3Server } from '../../../../packages/storage/test/support/s3-server.ts';
import { announceArchive } from '../../src/results/reader.ts';
import { KEYS, startGateway, type GatewayFixture } from '../support.ts';

const PLACE = { kind: 's3', bucket: BUCKET, prefix: 'videos' } as const;

let pool: PoolFixture;
let s3: Awaited<ReturnType<typeof startS3Server>>;
beforeAll(async () => {
  s3 = await startS3Server();
  stubAwsEnvironment(s3.url);
  const archiveStore = openBlobStore(PLACE);
  const worker = { archiveMode: 'wait' } as const;
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'links-s3', worker, archiveStore });
});
afterAll(async () => {
  await pool.stop();
  await s3.stop();
  vi.unstubAllEnvs();
});

async function linksBy({ ask }: GatewayFixture, id: string): Promise<string[]> {
  const { body } = await ask(`/api/v1/jobs/recordInfo?taskId=${id}`, { key: 'key-of-a' });
  return JSON.parse(body.data.resultJson).resultUrls;
}

test('a bucket is reached by a presigned link, the same in callback and recordInfo, with no gateway in between', async () => {
  const receiver = await startReceiver();
  onTestFinished(() => receiver.stop());
  const { id } = await pool.producer.enqueue(testRequest('bucket'), { tenant: 'a', callBackUrl: receiver.url });
  await pool.recordWhen(id, ({ delivery }) => delivery?.state === 'delivered');
  const told = await until(
    () => receiver.received[0]?.text,
    (text) => text !== undefined,
  );
  const gateway = await startGateway({ pool, keys: KEYS });
  const links = await linksBy(gateway, id);
  expect(JSON.parse(JSON.parse(told ?? '').data.resultJson)).toEqual({ resultUrls: links });
  const link = new URL(links[0] ?? '');
  expect(link.pathname).toMatch(new RegExp(`^/${BUCKET}/videos/tenant-a/[-0-9]+/${id}\\.mp4$`));
  expect(link.searchParams.get('X-Amz-Expires')).toBe('90000');
  expect(link.searchParams.get('X-Amz-Date')).toMatch(/T\d\d0000Z$/);
  const answer = await fetch(link);
  expect([answer.status, answer.headers.get('content-type'), answer.headers.get('content-disposition')]).toEqual([
    200,
    'video/mp4',
    `inline; filename="${id}.mp4"`,
  ]);
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(Buffer.from(tinyVideo));
});

test("without the bucket a gateway gives the link of one that has it, and that one leads there; else it is Kie's", async () => {
  const { id } = await pool.producer.enqueue(testRequest('beside'), { tenant: 'a' });
  const record = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
  const without = await startGateway({ pool, keys: KEYS, deps: { archive: undefined } });
  const elsewhere = openBlobStore({ ...PLACE, prefix: 'others' });
  onTestFinished(() => elsewhere.close());
  const wrong = await startGateway({ pool, keys: KEYS, deps: { archive: elsewhere } });
  expect(await linksBy(without, id)).toEqual(record.verdict?.resultUrls);
  expect(await linksBy(wrong, id)).toEqual(record.verdict?.resultUrls);
  const reading = await startGateway({ pool, keys: KEYS });
  await announceArchive(reading.deps);
  await pool.ledger.archiveLinks.usePublicUrl(reading.url);
  const [link = ''] = await linksBy(without, id);
  expect(link.startsWith(`${reading.url}/results/${id}.mp4?`)).toBe(true);
  const answer = await fetch(link);
  expect([answer.redirected, answer.status]).toEqual([true, 200]);
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(Buffer.from(tinyVideo));
});
