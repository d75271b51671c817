import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSimulator, KLING_MODEL, signCallback } from '@kieq/simulator';
import { expect, test } from 'vitest';

test('Kie calls back, signed, when a task has ended', async () => {
  const kie = createSimulator({ createLatency: { minMs: 0, maxMs: 0 }, webhookKey: 'key' });
  const { url } = await kie.start();
  const receiver = createServer();
  const called = new Promise<boolean>((resolve) => {
    receiver.on('request', ({ headers }, response) => {
      response.end();
      const [task] = kie.ledger.tasks();
      const expected = signCallback(task?.taskId ?? '', Number(headers['x-webhook-timestamp']), 'key');
      resolve(headers['x-webhook-signature'] === expected);
    });
  });
  await new Promise<void>((resolve) => void receiver.listen(0, '127.0.0.1', resolve));
  const callBackUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/kie`;
  const input = { prompt: 'a cat', image_urls: ['https://example.com/cat.png'], sound: false, duration: '5' };
  const body = JSON.stringify({ model: KLING_MODEL, input, callBackUrl });
  await fetch(`${url}/api/v1/jobs/createTask`, { method: 'POST', body });
  kie.finish(); // no test waits for a generation
  expect(await called).toBe(true);
  receiver.close();
  await kie.stop();
});
