import { createSimulator } from '@kieq/simulator';
import { expect, test } from 'vitest';
import { makeVideo } from './your-service.ts';

test('a lost answer costs nothing twice', async () => {
  const kie = createSimulator({ createLatency: { minMs: 0, maxMs: 0 }, generation: { kind: 'fixed', ms: 20 } });
  const { url } = await kie.start();
  // The task is made and costs, and the connection is cut before its answer.
  kie.script([{ on: 'createTask', when: { prompt: 'a cat' }, fault: { kind: 'cutAfter' } }]);
  await expect(makeVideo(url, 'a cat')).rejects.toThrow();
  expect(kie.ledger.chargesByPrompt().get('a cat')).toBe(1); // 2 would be: paid twice
  expect(kie.summary()).toMatchObject({ created: 1, paidTwice: [], balance: 999_945 });
  await kie.stop();
});
