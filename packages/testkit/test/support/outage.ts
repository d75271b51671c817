import { fileURLToPath } from 'node:url';
import { startLocalRedis } from '@kieq/local-redis';
import type { SimulatorConfiguration } from '@kieq/simulator';
import { startProcessPool, until } from '../../src/index.ts';
import { reckon, startCallers, type Answer, type Callers, type Reckoning } from './callers.ts';

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

export interface Outage extends Reckoning {
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

/** Redis goes away under load, stays away for so long and comes back; nobody touches gateway or worker. */
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
    const strange = callers.answers.filter(({ status, code }) => status !== code || (status !== 200 && status !== 503));
    const refused = refusals(callers);
    return { health, backAfterMs, strange, refused, ...(await reckon(pool, url, callers, 60_000)) };
  } finally {
    await pool.stop();
    await redis.stop();
  }
}

function refusals({ answers }: Callers): Answer[] {
  return answers.filter(({ status }) => status === 503);
}

/** Waits until the outage has lasted so long; gives `/healthz` and `/readyz` as they were meanwhile. */
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
