import { setTimeout as sleep } from 'node:timers/promises';
import { startProcessPool, until, type AppProcess, type ProcessPool } from '@kieq/testkit';
import { QueueEvents } from 'bullmq';
import { partOf, type Setting } from '../setting.ts';
import { quantile, rounded } from '../statistics.ts';

/** Jobs that each worker has in its hands. */
const AT_ONCE = 8;
/** Each job takes this share of its lock, but no longer than a query may, so that a death always finds some. */
const WORK_SHARE = 1 / 2;
const MAX_WORK_MS = 5000;
/** Time for a new worker to start, and for it to have its hands full again. */
const PAUSE_MS = 3000;
const FEW_SECONDS_MS = 60_000;

interface Load {
  readonly lockMs: number;
  readonly kills: number;
}

const LOADS: readonly Load[] = [
  { lockMs: 1000, kills: 25 },
  { lockMs: 5000, kills: 15 },
  { lockMs: 30_000, kills: 6 },
];

/**
 * Two real workers that query Kie all the time; one is killed, again and again. From each death until a job that it
 * held is waiting for the other one, by BullMQ's own event stream, whose times are those of Redis.
 */
export async function* benchRecovery({ redisUrl, share }: Setting): AsyncGenerator<object> {
  const url = await redisUrl();
  for (const { lockMs, kills } of LOADS) yield await measure(url, { lockMs, kills: partOf(kills, share) });
}

/** docs/guarantees/campaigns.md: the job lock, twice the interval at which BullMQ looks for stalled jobs, and a second. */
function boundOf(lockMs: number): number {
  return lockMs + 2 * Math.ceil(lockMs / 3) + 1000;
}

async function measure(redisUrl: string, { lockMs, kills }: Load): Promise<object> {
  const workMs = Math.min(lockMs * WORK_SHARE, MAX_WORK_MS);
  const pool = await startProcessPool({
    redisUrl,
    name: 'bench-recovery',
    simulator: {
      rateLimit: null,
      queryLimit: null,
      createLatency: { minMs: 0, maxMs: 0 },
      queryLatency: { minMs: workMs, maxMs: workMs },
      generation: { kind: 'fixed', ms: 1 },
    },
    env: {
      KIEQ_LOCK_MS: String(lockMs),
      KIEQ_POLL_CONCURRENCY: String(AT_ONCE),
      KIEQ_POLL_LIMIT_PER_SECOND: '1000',
      KIEQ_SUBMIT_LIMIT: '1000',
      KIEQ_SUBMIT_WINDOW_MS: '1000',
      KIEQ_MAX_IN_FLIGHT: '100000',
    },
  });
  const stalled = new QueueEvents('poll', { connection: { url: redisUrl }, prefix: pool.redis.prefix });
  const events: number[] = [];
  stalled.on('stalled', (_, id) => events.push(Number(id.split('-')[0])));
  try {
    await stalled.waitUntilReady();
    const roundMs = boundOf(lockMs) + PAUSE_MS;
    const generations = Math.ceil(((kills + 2) * roundMs * 2 * AT_ONCE) / workMs);
    const workers = await fill(pool, generations);
    const deaths = await killInTurn(pool, workers, kills, roundMs);
    await until(
      () => pool.ledger.read.stateCounts(),
      ({ succeeded }) => succeeded === generations,
      FEW_SECONDS_MS + 10 * roundMs,
    );
    const charges = pool.simulator.ledger.tasks().length;
    return { ...figuresOf({ lockMs, kills }, deaths, events), generations, charges };
  } finally {
    await stalled.close();
    await pool.stop();
  }
}

/** Every generation has its task, and only polls are left. */
async function fill(pool: ProcessPool, generations: number): Promise<AppProcess[]> {
  await pool.queues.poll.pause();
  const workers = [await pool.startWorker(), await pool.startWorker()];
  await pool.enqueue(Array.from({ length: generations }, (_, i) => `number ${i}`));
  await until(
    () => pool.ledger.read.stateCounts(),
    ({ generating }) => generating === generations,
    FEW_SECONDS_MS,
  );
  await pool.queues.poll.resume();
  return workers;
}

/** @returns when each of them was killed, in epoch ms */
async function killInTurn(pool: ProcessPool, workers: AppProcess[], kills: number, roundMs: number): Promise<number[]> {
  const deaths: number[] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    await sleep(PAUSE_MS);
    const victim = workers.shift();
    deaths.push(Date.now());
    victim?.signal('SIGKILL');
    await sleep(roundMs - PAUSE_MS);
    workers.push(await pool.startWorker());
  }
  return deaths;
}

function figuresOf({ lockMs, kills }: Load, deaths: readonly number[], events: readonly number[]): object {
  const times = events.map((at) => at - (deaths.findLast((death) => death <= at) ?? Number.NaN));
  return {
    lockMs,
    kills,
    jobs: times.length,
    p50Ms: rounded(quantile(times, 0.5), 0),
    p99Ms: rounded(quantile(times, 0.99), 0),
    maxMs: Math.max(...times),
    boundMs: boundOf(lockMs),
  };
}
