import { describe, expect, it, onTestFinished } from 'vitest';
import { createSimulator, type Simulator } from '../../../simulator/src/index.ts';
import { API_KEY, client, REQUEST, sendOptions } from './servers.ts';

const FAILURE = { failCode: '500', failMsg: 'Content was flagged as sensitive' };

async function kie(dialect: 'document' | 'wire'): Promise<Simulator> {
  const nowhere = { retries: 0, lostRate: 1 };
  const quick = { createLatency: { minMs: 0, maxMs: 0 }, queryLatency: { minMs: 0, maxMs: 0 } };
  const generation = { kind: 'fixed', ms: 60_000 } as const;
  const simulator = createSimulator({ ...quick, generation, callback: nowhere, apiKey: API_KEY, dialect });
  await simulator.start();
  onTestFinished(() => simulator.stop());
  return simulator;
}

describe.each(['document', 'wire'] as const)('against a Kie that answers as %s', (dialect) => {
  /** `duration` comes back from the wire as a number. */
  const input = dialect === 'wire' ? { ...REQUEST.input, duration: 5 } : REQUEST.input;

  it('a task is created, runs and succeeds; its echo has the request and its callback', async () => {
    const simulator = await kie(dialect);
    const { createTask, recordInfo } = client(simulator.url);
    const { taskId = '' } = await createTask(REQUEST, sendOptions());
    const echo = { taskId, model: REQUEST.model, input, callBackUrl: REQUEST.callBackUrl };

    expect(await recordInfo(taskId)).toMatchObject({ kind: 'running', vendorState: 'waiting', echo });
    simulator.finish();
    const resultUrls = [`${simulator.url}/results/${taskId}.mp4`];
    const ended = await recordInfo(taskId);
    expect(ended).toMatchObject({ kind: 'verdict', verdict: { state: 'success', resultUrls }, echo });
    // The document does not promise what a task cost.
    const credits = ended.kind === 'verdict' ? ended.verdict.creditsConsumed : 'none';
    expect(credits).toBe(dialect === 'wire' ? 55 : undefined);
  });

  it('a task fails, and says why', async () => {
    const simulator = await kie(dialect);
    const { createTask, recordInfo } = client(simulator.url);
    const { taskId = '' } = await createTask(REQUEST, sendOptions());
    simulator.finish({}, FAILURE);
    const verdict = { state: 'fail', ...FAILURE };
    expect(await recordInfo(taskId)).toMatchObject({ verdict });
  });

  it.each([
    ['a missing field', { prompt: '' }, 'validation_as_500'],
    ['a value that is no option', { duration: '7' }, 'validation_as_500'],
    ['a wrong type', { sound: 'yes' }, 'invalid_request'],
  ])('%s is refused for its parameters, whatever the code', async (_name, more, onWire) => {
    const simulator = await kie(dialect);
    const wrong = { ...REQUEST, input: { ...REQUEST.input, ...more } };
    const answer = await client(simulator.url).createTask(wrong, sendOptions());
    expect(answer).toMatchObject({ class: dialect === 'wire' ? onWire : 'invalid_request' });
  });
});
