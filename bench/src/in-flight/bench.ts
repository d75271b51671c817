import { timingKind } from '@kieq/domain';
import { readUsage } from '@kieq/redis';
import { startProcessPool, teach, until, type AppProcess, type ProcessPool } from '@kieq/testkit';
import { cpuMsOf, ownCpuUs, residentMiB } from '../process-cpu.ts';
import { costBetween, redisTotals } from '../redis-cost.ts';
import { partOf, type Setting } from '../setting.ts';
import { startSimulator, type SimulatorProcess } from '../simulator-process.ts';
import { medianOf, rounded } from '../statistics.ts';
import { fly, FLYING, pullForward, queuedRequest, queueUp, type Flying } from './fill.ts';

const LEVELS = [1000, 10_000, 100_000];
const ENQUEUED = 2000;
const TOGETHER = 64;
/** In each of three rounds, whose medians count. */
const GENERATIONS = 300;
const ROUNDS = 3;
const POLLS = 600;
/** 100 per s in small windows: at an even pace as many begin as end while they are counted. */
const SUBMISSIONS = { limit: '10', windowMs: '100' } as const;
const LOOKS_PER_SECOND = '200';
/** While the tasks are brought into flight. */
const NO_LIMIT = 10_000;
/** Before those that count: the worker warms up. */
const WARM_UP = 100;
const TASK_MS = '30';
const LEARNED_MS = Array.from({ length: 50 }, (_, i) => 40 + i);
const LONGEST_MS = 300_000;

interface Scene {
  readonly pool: ProcessPool;
  readonly simulator: SimulatorProcess;
  /** Tasks in flight whose poll is not due for long. */
  readonly flying: Flying[];
  readonly share: number;
}

/**
 * The cost of an enqueue, of a whole generation and of a poll while 1 000, 10 000 and 100 000 generations are queued and
 * as many tasks in flight, what they take in memory, and how long a worker needs to go on after kill -9. Every cost must
 * stay flat.
 */
export async function* benchInFlight({ redisUrl, share }: Setting): AsyncGenerator<object> {
  const simulator = await startSimulator({ SIM_GENERATION_MS: TASK_MS });
  try {
    await neverEndFlying(simulator);
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

async function neverEndFlying({ url }: SimulatorProcess): Promise<void> {
  const rule = { on: 'task', when: { prompt: FLYING, times: 'always' }, fault: { kind: 'stuck' } };
  const answer = await fetch(`${url}/__sim/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ faults: [rule] }),
  });
  if (!answer.ok) throw new Error(`the simulator refused the rule: ${await answer.text()}`);
}

async function openPool(redisUrl: string, kieUrl: string): Promise<ProcessPool> {
  const pool = await startProcessPool({
    redisUrl,
    name: 'in-flight',
    learnedMs: [],
    env: {
      KIE_BASE_URL: kieUrl,
      KIE_UPLOAD_URL: kieUrl,
      KIEQ_SUBMIT_LIMIT: SUBMISSIONS.limit,
      KIEQ_SUBMIT_WINDOW_MS: SUBMISSIONS.windowMs,
      KIEQ_MAX_IN_FLIGHT: '1000000',
      KIEQ_POLL_LIMIT_PER_SECOND: LOOKS_PER_SECOND,
    },
  });
  const { model, input } = queuedRequest(0);
  await teach(pool.ledger, LEARNED_MS, timingKind(model, input));
  // The first worker writes the pool's settings, without which nothing is admitted.
  await end(await pool.startWorker());
  return pool;
}

async function* levelsOf(scene: Scene): AsyncGenerator<object> {
  // What is compiled and loaded only once must not count at the first level.
  await enqueueCost(scene);
  let inFlight = 0;
  for (const level of LEVELS.map((full) => partOf(full, scene.share))) {
    const memory = await fill(scene, { level, inFlight });
    inFlight = level;
    yield {
      inFlight,
      ...(await enqueueCost(scene)),
      ...(await generationCost(scene)),
      ...(await pollCost(scene)),
      ...memory,
    };
  }
}

/** Brings the tasks in flight and the queue to the level. Returns what they take in memory. */
async function fill(
  { pool, simulator, flying, share }: Scene,
  at: { readonly level: number; readonly inFlight: number },
) {
  const { level, inFlight } = at;
  const used = async (): Promise<number> => (await readUsage(pool.redis.client)).usedBytes;
  const empty = await used();
  const real = dueOf(share);
  await pool.ledger.settings.overwrite({ submitLimit: NO_LIMIT });
  flying.push(...(await fly(pool, simulator.url, { first: inFlight, count: level - inFlight, real })));
  await pool.ledger.settings.overwrite({ submitLimit: SUBMISSIONS.limit });
  const flown = await used();
  const missing = Math.max(0, level - (await pool.queues.submit.getJobCountByTypes('prioritized', 'waiting')));
  await queueUp(pool, inFlight, missing);
  const filled = await used();
  return {
    redisMiB: rounded(filled / 1024 / 1024),
    redisBytesPerTask: Math.round((flown - empty) / (level - inFlight)),
    ...(missing === 0 ? {} : { redisBytesPerQueued: Math.round((filled - flown) / missing) }),
  };
}

/** They stay in the queue: no worker takes them meanwhile. */
async function enqueueCost({ pool, share }: Scene): Promise<object> {
  const count = partOf(ENQUEUED, share, TOGETHER);
  const [before, cpuBefore, startedAt] = [await redisTotals(pool.redis.client), ownCpuUs(), performance.now()];
  for (let i = 0; i < count; i += TOGETHER) {
    const puts = Array.from({ length: TOGETHER }, (_, j) => pool.producer.enqueue(queuedRequest(i + j)));
    await Promise.all(puts);
  }
  const elapsedMs = performance.now() - startedAt;
  const clientUs = (ownCpuUs() - cpuBefore) / count;
  const cost = costBetween(before, await redisTotals(pool.redis.client), count);
  return {
    enqueuedPerSecond: Math.round((count * 1000) / elapsedMs),
    enqueueRedisUs: rounded(cost.redisUs),
    enqueueClientUs: rounded(clientUs),
  };
}

/** A worker carries queued generations out at an even pace, from the submission to the end. */
async function generationCost({ pool, share }: Scene): Promise<object> {
  const { client } = pool.redis;
  const worker = await pool.startWorker();
  const succeeded = async (least: number): Promise<number> =>
    until(
      async () => (await pool.ledger.read.stateCounts()).succeeded,
      (count) => count >= least,
      LONGEST_MS,
      50,
    );
  let done = await succeeded((await succeeded(0)) + partOf(WARM_UP, share));
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const [before, cpuBefore] = [await redisTotals(client), await cpuMsOf(worker.pid)];
    const last = await succeeded(done + partOf(GENERATIONS, share));
    const { redisUs, commands } = costBetween(before, await redisTotals(client), last - done);
    rounds.push({ redisUs, commands, workerMs: ((await cpuMsOf(worker.pid)) - cpuBefore) / (last - done) });
    done = last;
  }
  await end(worker);
  return {
    generationRedisUs: rounded(medianOf(rounds, 'redisUs')),
    generationCommands: rounded(medianOf(rounds, 'commands')),
    generationWorkerMs: rounded(medianOf(rounds, 'workerMs'), 2),
  };
}

/** Tasks whose poll is pulled forward at each level; some are left for the worker that comes after the kill. */
function dueOf(share: number): number {
  return partOf(POLLS, share) + 3 * partOf(WARM_UP, share);
}

/**
 * A worker polls tasks as fast as the budget allows; it is killed in the middle, and another one goes on. Nothing is
 * submitted meanwhile.
 */
async function pollCost(scene: Scene): Promise<object> {
  await scene.pool.ledger.gates.pause('only polls');
  const cost = await pollCostAlone(scene);
  await scene.pool.ledger.gates.open('paused');
  return cost;
}

async function pollCostAlone(scene: Scene): Promise<object> {
  const { pool, simulator, flying, share } = scene;
  const [count, warmUp] = [partOf(POLLS, share), partOf(WARM_UP, share)];
  const due = flying.splice(0, dueOf(share));
  await pullForward(pool, due);
  const worker = await pool.startWorker();
  const pollsBefore = (await simulator.counts()).queries;
  await pollsReach(simulator, pollsBefore + warmUp);
  const before = await moment(scene, worker);
  await pollsReach(simulator, pollsBefore + warmUp + count);
  const after = await moment(scene, worker);
  const polls = after.queries - before.queries;
  const cost = costBetween(before.redis, after.redis, polls);
  const workerMiB = rounded(await residentMiB(worker.pid));
  await end(worker);
  return {
    looks: polls,
    lookRedisUs: rounded(cost.redisUs),
    lookCommands: rounded(cost.commands),
    lookWorkerMs: rounded((after.cpuMs - before.cpuMs) / polls, 2),
    workerMiB,
    ...(await restart(scene)),
  };
}

/** From the start of a worker that replaces the killed one to its first poll. */
async function restart({ pool, simulator }: Scene): Promise<object> {
  const { queries } = await simulator.counts();
  const startedAt = performance.now();
  const worker = await pool.startWorker();
  const readyMs = Math.round(performance.now() - startedAt);
  await pollsReach(simulator, queries + 1);
  const goesOnMs = Math.round(performance.now() - startedAt);
  await end(worker);
  return { readyMs, goesOnMs };
}

async function moment({ pool, simulator }: Scene, worker: AppProcess) {
  const { queries } = await simulator.counts();
  return { queries, cpuMs: await cpuMsOf(worker.pid), redis: await redisTotals(pool.redis.client) };
}

async function pollsReach(simulator: SimulatorProcess, least: number): Promise<void> {
  await until(
    async () => (await simulator.counts()).queries,
    (queries) => queries >= least,
    LONGEST_MS,
  );
}

async function end(worker: AppProcess): Promise<void> {
  worker.signal('SIGKILL');
  await worker.ended;
}
