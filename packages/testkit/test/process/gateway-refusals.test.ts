import { expect, inject, onTestFinished, test } from 'vitest';
import { startProcessPool, until } from '../../src/index.ts';
import { startCallers, stateOf, type Callers } from '../support/callers.ts';

/**
 * A minute of refusals, scaled down: the window of the rate limit is half a second, and the balance is probed for the
 * first time after 600 ms.
 */
const ENV = {
  KIEQ_TIME_SCALE: '0.02',
  KIEQ_SUBMIT_LIMIT: '100',
  KIEQ_SUBMIT_WINDOW_MS: '500',
  KIEQ_POLL_LIMIT_PER_SECOND: '500',
};
const CALLERS = 4;

function moreAnswers({ answers }: Callers): Promise<unknown> {
  const enough = answers.length + 5 * CALLERS;
  return until(
    () => answers.length,
    (count) => count >= enough,
  );
}

test('Kie answers 429, then 402: callers see nothing of it, everything completes, each charged once', async () => {
  const pool = await startProcessPool({
    redisUrl: inject('redisUrl'),
    name: 'gateway-refusals',
    simulator: {
      rateLimit: null,
      createLatency: { minMs: 1, maxMs: 5 },
      generation: { kind: 'uniform', minMs: 20, maxMs: 200 },
    },
    env: ENV,
  });
  onTestFinished(() => pool.stop());
  const { simulator } = pool;
  const [gateway] = await Promise.all([pool.startGateway(), pool.startWorker()]);
  const refusals = (code: number): number => simulator.summary().refusedByCode[code] ?? 0;
  const gateReasons = async (): Promise<string[]> => (await pool.ledger.gates.closed()).map(({ reason }) => reason);

  simulator.script([{ on: 'createTask', when: { times: 'always' }, fault: { kind: 'status429' } }]);
  const callers = startCallers(gateway.url, CALLERS);
  // Three windows in which nothing gets through.
  await until(
    () => refusals(429),
    (count) => count >= 3,
  );
  const waiting = callers.answers[0]?.taskId ?? '';
  expect(await stateOf(gateway.url, waiting)).toBe('waiting');
  await moreAnswers(callers);

  simulator.configure({ credits: 0 });
  simulator.clearFaults();
  await until(gateReasons, (reasons) => reasons.includes('credits'));
  await moreAnswers(callers);
  expect(refusals(402)).toBeGreaterThan(0);
  expect(simulator.ledger.counts.created).toBe(0);
  simulator.topUp(1_000_000);
  await callers.stop();

  expect(callers.answers.filter(({ status, code }) => status !== 200 || code !== 200)).toEqual([]);
  const acknowledged = callers.acknowledged();
  await until(
    () => pool.ledger.read.stateCounts(),
    ({ succeeded }) => succeeded === acknowledged.size,
    30_000,
  );
  for (const taskId of acknowledged.values()) expect(await stateOf(gateway.url, taskId)).toBe('success');
  expect(simulator.ledger.chargesByPrompt()).toEqual(new Map([...acknowledged.keys()].map((prompt) => [prompt, 1])));
});
