import { startProcessPool, until } from '../../src/index.ts';
import { reckon, startCallers, stateOf, type Answer, type Callers, type Reckoning } from './callers.ts';

const CALLERS = 4;

export interface RefusalsOptions {
  readonly redisUrl: string;
  readonly env: Readonly<Record<string, string>>;
  /** Pause of each of four callers between its calls. */
  readonly callerPauseMs?: number;
  /** How long Kie answers 429 at least, and then 402. Default: until callers have been served meanwhile. */
  readonly lastsMs?: number;
  /** How long the backlog may take afterwards. */
  readonly patienceMs: number;
}

export interface Refusals extends Reckoning {
  /** Answers of Kie by code. */
  readonly refusedByCode: Readonly<Record<number, number>>;
  /** How a task of the first caller showed while Kie answered 429. */
  readonly shownMeanwhile: string;
  readonly createdMeanwhile: number;
  /** Answers to callers other than 200. */
  readonly strange: readonly Answer[];
}

/** Callers go on asking a gateway for tasks while Kie answers 429, then 402, and is itself again after a top-up. */
export async function runRefusals(options: RefusalsOptions): Promise<Refusals> {
  const { redisUrl, env, callerPauseMs, lastsMs = 0, patienceMs } = options;
  const pool = await startProcessPool({
    redisUrl,
    name: 'gateway-refusals',
    simulator: {
      rateLimit: null,
      createLatency: { minMs: 1, maxMs: 5 },
      generation: { kind: 'uniform', minMs: 20, maxMs: 200 },
    },
    env,
  });
  const { simulator } = pool;
  try {
    const [gateway] = await Promise.all([pool.startGateway(), pool.startWorker()]);
    const refusals = (code: number): number => simulator.summary().refusedByCode[code] ?? 0;
    simulator.script([{ on: 'createTask', when: { times: 'always' }, fault: { kind: 'status429' } }]);
    const callers = startCallers(gateway.url, CALLERS, callerPauseMs);
    // Three windows in which nothing gets through.
    await lasting(lastsMs, () => refusals(429) >= 3);
    const shownMeanwhile = await stateOf(gateway.url, callers.answers[0]?.taskId ?? '');
    await moreAnswers(callers);

    simulator.configure({ credits: 0 });
    simulator.clearFaults();
    await until(
      () => pool.ledger.gates.closed(),
      (gates) => gates.some(({ reason }) => reason === 'credits'),
    );
    await lasting(lastsMs, () => refusals(402) > 0);
    await moreAnswers(callers);
    const createdMeanwhile = simulator.ledger.counts.created;
    simulator.topUp(1_000_000);
    await callers.stop();
    const strange = callers.answers.filter(({ status, code }) => status !== 200 || code !== 200);
    const { refusedByCode } = simulator.summary();
    return {
      refusedByCode,
      shownMeanwhile,
      createdMeanwhile,
      strange,
      ...(await reckon(pool, gateway.url, callers, patienceMs)),
    };
  } finally {
    await pool.stop();
  }
}

/** Waits until it has lasted so long and something has happened. */
function lasting(ms: number, happened: () => boolean): Promise<unknown> {
  const startedMs = performance.now();
  return until(
    () => performance.now() - startedMs >= ms && happened(),
    (isOver) => isOver,
    ms + 30_000,
  );
}

function moreAnswers({ answers }: Callers): Promise<unknown> {
  const enough = answers.length + 5 * CALLERS;
  return until(
    () => answers.length,
    (count) => count >= enough,
    30_000,
  );
}
