import { expect } from 'vitest';

import { createSimulator } from '@kieq/simulator';

const kie = createSimulator({ generation: { kind: 'fixed', ms: 50 }, createLatency: { minMs: 0, maxMs: 0 } });
const { url } = await kie.start(); // http://127.0.0.1:<free port>: your client's base URL

kie.script([{ on: 'createTask', when: { prompt: 'a cat' }, fault: { kind: 'cutAfter' } }]);
await yourClient(url).generate({ prompt: 'a cat' /* … */ }); // the response is lost; the task exists and costs

expect(kie.ledger.chargesByPrompt().get('a cat')).toBe(1); // 2 would be: paid twice
await kie.stop();

declare function yourClient(url: string): { generate(input: { prompt: string }): Promise<unknown> };
