import { createSimulator } from '@kieq/simulator';
import { expect, test } from 'vitest';
import { makeVideo } from './your-service.ts';

test('one video is ordered and paid for', async () => {
  const kie = createSimulator({ createLatency: { minMs: 0, maxMs: 0 }, generation: { kind: 'fixed', ms: 20 } });
  const { url } = await kie.start(); // http://127.0.0.1:<free port>: the address of Kie for your service
  const video = await makeVideo(url, 'a cat');
  expect(video.subarray(4, 8).toString()).toBe('ftyp'); // a real MP4
  expect(kie.ledger.chargesByPrompt().get('a cat')).toBe(1);
  await kie.stop();
});
