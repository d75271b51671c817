import { fileURLToPath } from 'node:url';
import { startLocalRedis } from '@kieq/local-redis';
import type { SimulatorConfiguration } from '@kieq/simulator';
import { startProcessPool, until, type ProcessPool } from '../../src/index.ts';
import { startCallers, stateOf, type Answer, type Callers } from './callers.ts';

const CACHE_DIR = fileURLToPath(new URL('../../../../.kieq', import.meta.url));
const CALLERS = 4;
const SIMULATOR: SimulatorConfiguration = {
  rateLimit: null,
  createLatency: { minMs: 5, maxMs: 30 },
  generation: { kind: 'uniform', minMs: 50, maxMs: 500 },
};
const ENV = {
  KIEQ_SUBMIT_LIMIT: '100',
  KIEQ_SUBMIT_WINDOW_MS: '1000',
  KIEQ_POLL_LIMIT_PER_SECOND: '500',
  KIEQ_TIME_SCALE: '0.05',
  KIEQ_LOCK_MS: '2000',
};

export interface Outage {
  /** Tasks that were acknowledged before, during and after it. */
  readonly acknowledged: number;
  /** Acknowledged tasks that the gateway does not show as a success at the end, by state. */
  readonly lost: readonly string[];
  /** Prompts with another number of charges than one. */
  readonly wronglyCharged: readonly string[];
  /** Answers that are neither 200 nor 503, connections that broke off among them. */
  readonly strange: readonly Answer[];
  /** Answers of 503. */
  readonly refused: readonly Answer[];
  /** `/healthz` and `/readyz` during the outage. */
  readonly health: readonly number[];
  /** From the return of Redis to the first acknowledged task. */
  readonly backAfterMs: number;
}

/**
 * How Redis goes away: killed, it refuses connections; frozen, it takes commands, answers none, and carries them out
 * when it is back.
 */
type Away = 'killed' | 'frozen';

/** Redis fails under load, stays away for this long and comes back; gateway and worker keep running. */
export async function runOutage(away: Away, outageMs: number): Promise<Outage> {
  const redis = await startLocalRedis({ cacheDir: CACHE_DIR, appendonly: true, settings: { appendfsync: 'always' } });
  const pool = await startProcessPool({ redisUrl: redis.url, name: 'outage', simulator: SIMULATOR, env: ENV });
  try {
    const [{ url }] = await Promise.all([pool.startGateway(), pool.startWorker()]);
    const callers = startCallers(url, CALLERS);
    await pool.simulator.waitUntil(({ created }) => created >= 50);
    process.kill(redis.pid, away === 'killed' ? 'SIGKILL' : 'SIGSTOP');
    const health = await sitOut(url, callers, outageMs);
    const before = callers.acknowledged().size;
    if (away === 'killed') await redis.restart();
    else process.kill(redis.pid, 'SIGCONT');
    const backAfterMs = await untilServed(callers, before);
    await callers.stop();
    return { health, backAfterMs, ...(await reckon(pool, url, callers)) };
  } finally {
    await pool.stop();
    await redis.stop();
  }
}

function refusals({ answers }: Callers): Answer[] {
  return answers.filter(({ status }) => status === 503);
}

/** Waits until the outage has lasted this long; gives `/healthz` and `/readyz` as they were meanwhile. */
async function sitOut(url: string, callers: Callers, outageMs: number): Promise<number[]> {
  const goneMs = performance.now();
  await until(
    () => refusals(callers),
    ({ length }) => length > 0,
  );
  const health = await Promise.all(['healthz', 'readyz'].map(async (path) => (await fetch(`${url}/${path}`)).status));
  await until(
    () => performance.now() - goneMs,
    (awayMs) => awayMs >= outageMs,
    2 * outageMs,
  );
  return health;
}

/** Waits until tasks are acknowledged again, some of every caller; gives how long the first took, in ms. */
async function untilServed(callers: Callers, before: number): Promise<number> {
  const backMs = performance.now();
  const acknowledged = (): number => callers.acknowledged().size;
  await until(acknowledged, (size) => size > before, 30_000);
  const backAfterMs = performance.now() - backMs;
  await until(acknowledged, (size) => size > before + 5 * CALLERS);
  return backAfterMs;
}

/** What has become of everything that was acknowledged, once it had the time to succeed. */
async function reckon(
  pool: ProcessPool,
  url: string,
  callers: Callers,
): Promise<Omit<Outage, 'health' | 'backAfterMs'>> {
  const tasks = [...callers.acknowledged()];
  // If it never is, the states show what is missing.
  await until(
    () => pool.ledger.read.stateCounts(),
    ({ succeeded }) => succeeded >= tasks.length,
    60_000,
  ).catch(() => undefined);
  const states = await Promise.all(tasks.map(([, taskId]) => stateOf(url, taskId)));
  const charges = pool.simulator.ledger.chargesByPrompt();
  return {
    acknowledged: tasks.length,
    lost: states.filter((state) => state !== 'success'),
    wronglyCharged: tasks.map(([prompt]) => prompt).filter((prompt) => charges.get(prompt) !== 1),
    strange: callers.answers.filter(({ status, code }) => status !== code || (status !== 200 && status !== 503)),
    refused: refusals(callers),
  };
}
