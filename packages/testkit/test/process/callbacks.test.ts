import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { uploadName, uploadUrl, type UploadRef } from '@kieq/domain';
import { openStore } from '@kieq/storage';
import { Webhook } from 'standardwebhooks';
import { expect, inject, onTestFinished, test } from 'vitest';
import { startProcessPool, startReceiver, testRequest } from '../../src/index.ts';

test('a worker passes an uploaded image on and signs the callback, as its environment says', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kieq-uploads-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const receiver = await startReceiver();
  onTestFinished(() => receiver.stop());
  const secret = 'a-secret-of-the-test';
  const pool = await startProcessPool({
    redisUrl: inject('redisUrl'),
    name: 'callbacks',
    simulator: { generation: { kind: 'fixed', ms: 50 } },
    env: {
      KIEQ_TIME_SCALE: '0.01',
      UPLOAD_STORE_URL: pathToFileURL(folder).href,
      GATEWAY_WEBHOOK_SECRET: secret,
      KIEQ_ALLOW_PRIVATE_URLS: 'true',
    },
  });
  onTestFinished(() => pool.stop());
  const image: UploadRef = { tenant: 'default', sha256: 'ab'.repeat(32), copy: randomUUID(), extension: 'png' };
  const bytes = Buffer.from('\x89PNG\r\n\x1a\nrest', 'latin1');
  await openStore({ kind: 'file', path: folder }).put(uploadName(image), bytes, 'image/png');

  const worker = await pool.startWorker();
  const { model, input } = testRequest('wired');
  const request = { model, input: { ...input, image_urls: [uploadUrl(image)] } };
  const { id } = await pool.producer.enqueue(request, { callBackUrl: `${receiver.url}/hook` });
  await pool.recordWhen(id, ({ delivery }) => delivery?.state === 'delivered');
  const [received] = receiver.received;
  const headers = Object.fromEntries(
    Object.entries(received?.headers ?? {}).map(([name, value]) => [name, String(value)]),
  );
  const body = new Webhook(Buffer.from(secret), { format: 'raw' }).verify(received?.text ?? '', headers);
  expect(body).toMatchObject({ data: { taskId: id, state: 'success' } });
  expect(worker.output()).not.toContain(secret);
});
