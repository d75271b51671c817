import { readUsage } from '@kieq/redis';
import { startProcessPool, testRequest, until, type AppProcess, type ProcessPool } from '@kieq/testkit';
import { cpuMsOf, ownCpuUs, residentMiB } from '../process-cpu.ts';
import { costBetween, redisTotals } from '../redis-cost.ts';
import { partOf, type Setting } from '../setting.ts';
import { startSimulator, type SimulatorProcess } from '../simulator-process.ts';
import { rounded } from '../statistics.ts';
import { fly, pullForward, type Flying } from './fill.ts';

const LEVELS = [1000, 10_000, 100_000];
const ENQUEUED = 2000;
const TOGETHER = 64;
const LOOKS = 600;
const LOOKS_PER_SECOND = 100;
/** Looks before those that count: the worker warms up. */
const WARM_UP = 100;
const NEVER_MS = '1000000000';

interface Scene {
  readonly pool: ProcessPool;
  readonly simulator: SimulatorProcess;
  /** Tasks in flight whose look is not due for long. */
  readonly flying: Flying[];
  readonly share: number;
}

/**
 * The cost of an enqueue and of a look while 1 000, 10 000 and 100 000 tasks are in flight, what they take in memory,
 * and how long a worker needs to go on after kill -9. Every cost must stay flat.
 */
export async function* benchInFlight({ redisUrl, share }: Setting): AsyncGenerator<object> {
  const simulator = await startSimulator({ SIM_GENERATION_MS: NEVER_MS });
  try {
    const pool = await openPool(await redisUrl(), simulator.url);
    try {
      yield* levelsOf({ pool, simulator, flying: [], share });
    } finally {
      await pool.stop();
    }
  } finally {
    await simulator.stop();
  }
}

async function openPool(redisUrl: string, kieUrl: string): Promise<ProcessPool> {
  const pool = await startProcessPool({
    redisUrl,
    name: 'in-flight',
    learnedMs: [],
    env: {
      KIE_BASE_URL: kieUrl,
      KIE_UPLOAD_URL: kieUrl,
      KIEQ_SUBMIT_LIMIT: '10000',
      KIEQ_SUBMIT_WINDOW_MS: '1000',
      KIEQ_MAX_IN_FLIGHT: '1000000',
      KIEQ_POLL_LIMIT_PER_SECOND: String(LOOKS_PER_SECOND),
    },
  });
  // The first worker writes the pool's settings, without which nothing is admitted.
  await end(await pool.startWorker());
  return pool;
}

async function* levelsOf(scene: Scene): AsyncGenerator<object> {
  const { pool, simulator, share, flying } = scene;
  // What is compiled and loaded only once must not count at the first level.
  await enqueueCost(scene);
  const emptyBytes = (await readUsage(pool.redis.client)).usedBytes;
  let inFlight = 0;
  for (const level of LEVELS.map((full) => partOf(full, share))) {
    flying.push(...(await fly(pool, simulator.url, inFlight, level - inFlight)));
    inFlight = level;
    const { usedBytes } = await readUsage(pool.redis.client);
    yield {
      inFlight,
      ...(await enqueueCost(scene)),
      ...(await lookCost(scene)),
      redisMiB: rounded(usedBytes / 1024 / 1024),
      redisBytesPerTask: Math.round((usedBytes - emptyBytes) / inFlight),
    };
  }
}

/** Nobody takes them meanwhile; afterwards they are gone. */
async function enqueueCost({ pool, share }: Scene): Promise<object> {
  const count = partOf(ENQUEUED, share, TOGETHER);
  const [before, cpuBefore, startedAt] = [await redisTotals(pool.redis.client), ownCpuUs(), performance.now()];
  const handles = [];
  for (let i = 0; i < count; i += TOGETHER) {
    const puts = Array.from({ length: TOGETHER }, (_, j) => pool.producer.enqueue(testRequest(`queued ${i + j}`)));
    handles.push(...(await Promise.all(puts)));
  }
  const elapsedMs = performance.now() - startedAt;
  const clientUs = (ownCpuUs() - cpuBefore) / count;
  const cost = costBetween(before, await redisTotals(pool.redis.client), count);
  for (const handle of handles) await handle.cancel();
  await pool.queues.submit.obliterate({ force: true });
  return {
    enqueuedPerSecond: Math.round((count * 1000) / elapsedMs),
    enqueueRedisUs: rounded(cost.redisUs),
    enqueueClientUs: rounded(clientUs),
  };
}

/** A worker looks at tasks as fast as the budget lets it; it is killed in the middle, and another one goes on. */
async function lookCost(scene: Scene): Promise<object> {
  const { pool, simulator, flying, share } = scene;
  const [count, warmUp] = [partOf(LOOKS, share), partOf(WARM_UP, share)];
  // Some are left for the worker that comes after the kill.
  const due = flying.splice(0, count + 3 * warmUp);
  await pullForward(pool, due);
  const worker = await pool.startWorker();
  const looksBefore = (await simulator.counts()).queries;
  await looksReach(simulator, looksBefore + warmUp);
  const before = await moment(scene, worker);
  await looksReach(simulator, looksBefore + warmUp + count);
  const after = await moment(scene, worker);
  const looks = after.queries - before.queries;
  const cost = costBetween(before.redis, after.redis, looks);
  const workerMiB = rounded(await residentMiB(worker.pid));
  await end(worker);
  return {
    looks,
    lookRedisUs: rounded(cost.redisUs),
    lookCommands: rounded(cost.commands),
    lookWorkerMs: rounded((after.cpuMs - before.cpuMs) / looks, 2),
    workerMiB,
    ...(await restart(scene)),
  };
}

/** From the start of a worker in place of the killed one to its first look. */
async function restart({ pool, simulator }: Scene): Promise<object> {
  const { queries } = await simulator.counts();
  const startedAt = performance.now();
  const worker = await pool.startWorker();
  const readyMs = Math.round(performance.now() - startedAt);
  await looksReach(simulator, queries + 1);
  const goesOnMs = Math.round(performance.now() - startedAt);
  await end(worker);
  return { readyMs, goesOnMs };
}

async function moment({ pool, simulator }: Scene, worker: AppProcess) {
  const { queries } = await simulator.counts();
  return { queries, cpuMs: await cpuMsOf(worker.pid), redis: await redisTotals(pool.redis.client) };
}

async function looksReach(simulator: SimulatorProcess, least: number): Promise<void> {
  await until(
    async () => (await simulator.counts()).queries,
    (queries) => queries >= least,
    300_000,
  );
}

async function end(worker: AppProcess): Promise<void> {
  worker.signal('SIGKILL');
  await worker.ended;
}
