const MAIN = `(async () => {
  const refused = (() => { try { createSimulator({ failRate: 2 }); } catch (error) { return error; } })();
  const kie = createSimulator({ createLatency: { minMs: 0, maxMs: 0 }, video: { seconds: 0.2, fps: 10, maxSide: 64 } });
  const { url } = await kie.start();
  const call = async (path, body) => (await fetch(url + path, { method: 'POST', body })).json();
  const form = new FormData();
  form.set('uploadPath', 'images');
  form.set('file', new Blob([Buffer.from('${Buffer.from('\u0089PNG\r\n\u001A\n....', 'latin1').toString('base64')}', 'base64')]), 'a.png');
  const upload = await call('/api/file-stream-upload', form);
  const input = { prompt: 'a cat', image_urls: [upload.data.downloadUrl], sound: false, duration: '5' };
  const videos = [];
  for (const number of [1, 2]) {
    const { data } = await call('/api/v1/jobs/createTask', JSON.stringify({ model: KLING_MODEL, input }));
    kie.finish();
    const video = await fetch(url + '/results/' + data.taskId + '.mp4');
    videos.push(Buffer.from(await video.arrayBuffer()).toString('latin1', 4, 8));
  }
  const { notRendered, chargedCredits } = kie.summary();
  await kie.stop();
  const refusal = refused instanceof SimulatorError ? refused.problems : [];
  console.log(JSON.stringify({ videos, notRendered, chargedCredits, refusal }));
})();
`;

/** A test of another service in JavaScript: an upload, two videos, and what they cost. */
export const SIMULATOR_ESM = `import { createSimulator, KLING_MODEL, SimulatorError } from '@kieq/simulator';\n${MAIN}`;
export const SIMULATOR_CJS = `const { createSimulator, KLING_MODEL, SimulatorError } = require('@kieq/simulator');\n${MAIN}`;

/** Strict TypeScript with the types that callers name; it needs no types of Node. */
export const SIMULATOR_TYPESCRIPT = `import {
  createSimulator,
  SimulatorError,
  type FaultRule,
  type Simulator,
  type SimulatorConfiguration,
  type Summary,
  type Task,
} from '@kieq/simulator';

const options: SimulatorConfiguration = { rateLimit: null, generation: { kind: 'fixed', ms: 5 }, video: { seconds: 1 } };
// @ts-expect-error A misspelt option would be refused when it runs.
export const misspelt: SimulatorConfiguration = { ratelimit: null };
const rules: FaultRule[] = [{ on: 'createTask', when: { prompt: 'a cat' }, fault: { kind: 'cutAfter' } }];
// @ts-expect-error This fault is one of recordInfo.
export const elsewhere: FaultRule = { on: 'createTask', fault: { kind: 'notFound' } };
export const problemsOf = (error: unknown): readonly string[] => (error instanceof SimulatorError ? error.problems : []);

export async function main(): Promise<Summary> {
  const kie: Simulator = createSimulator({ ...options, port: 0, control: true });
  const { url }: { url: string } = await kie.start();
  kie.script(rules);
  const task: Task = await kie.next('created', ({ prompt }) => prompt === url, { timeoutMs: 100 });
  kie.finish({ taskId: task.taskId }, { failCode: '500', failMsg: 'no' });
  await kie.waitUntil(({ failed }) => failed === 1);
  return kie.summary();
}
`;
