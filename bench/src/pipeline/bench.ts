import { until, type AppProcess } from '@kieq/testkit';
import { cpuMsOf } from '../process-cpu.ts';
import { costBetween, redisTotals, type RedisCost } from '../redis-cost.ts';
import { partOf, type Setting } from '../setting.ts';
import { startSimulator, type SimulatorProcess } from '../simulator-process.ts';
import { medianOf, rounded } from '../statistics.ts';
import { openSubject, type Subject, type SubjectName } from './subject.ts';

const ROUNDS = 3;
const GENERATIONS = 6000;
/** Measured in between: neither the start of the processes nor the last few jobs count. */
const FROM = 0.1;
const TO = 0.95;
const LOOK_EVERY_MS = 100;
const LONGEST_MS = 600_000;
/** How long a task takes at the simulator; it has ended at the first look. */
const TASK_MS = '30';
/** Below it the worker's own pauses become so short that it works without a break. */
const LEAST_SCALE = 0.1;

type Round = RedisCost & {
  readonly perSecond: number;
  readonly workerCpuMs: number;
  /** Looks of the whole run per generation. */
  readonly looks: number;
};

/**
 * The whole way from a backlog to the end, without limits of the vendor, beside a worker of two queues that makes the
 * same two calls and nothing else. Simulator and workers are processes of their own. Both take turns; medians.
 */
export async function* benchPipeline({ redisUrl, scale, share }: Setting): AsyncGenerator<object> {
  const place = { redisUrl: await redisUrl(), scale: Math.max(scale, LEAST_SCALE) };
  const count = partOf(GENERATIONS, share);
  for (const workers of [1, 2]) {
    const rounds: Record<SubjectName, Round[]> = { kieq: [], bare: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      const order: readonly SubjectName[] = round % 2 === 0 ? ['kieq', 'bare'] : ['bare', 'kieq'];
      for (const name of order) rounds[name].push(await runRound(name, { ...place, count, workers }));
    }
    const best = medianOf(rounds.bare, 'perSecond');
    for (const name of ['kieq', 'bare'] as const) yield rowOf(name, { workers, count, best }, rounds[name]);
  }
}

interface Run {
  readonly redisUrl: string;
  readonly scale: number;
  readonly count: number;
  readonly workers: number;
}

async function runRound(name: SubjectName, run: Run): Promise<Round> {
  const simulator = await startSimulator({ SIM_GENERATION_MS: TASK_MS });
  try {
    const subject = await openSubject(name, { ...run, kieUrl: simulator.url });
    try {
      return await measure(subject, simulator, run);
    } finally {
      await subject.stop();
    }
  } finally {
    await simulator.stop();
  }
}

async function measure(subject: Subject, simulator: SimulatorProcess, { count, workers }: Run): Promise<Round> {
  await subject.enqueue(count);
  // One after the other: should one fail to start, none is left that nobody knows of.
  const processes: AppProcess[] = [];
  for (let i = 0; i < workers; i += 1) processes.push(await subject.startWorker());
  const before = await momentAt(subject, processes, count * FROM);
  const after = await momentAt(subject, processes, count * TO);
  const done = after.done - before.done;
  await doneWhen(subject, count);
  const { queries } = await simulator.counts();
  return {
    ...costBetween(before.redis, after.redis, done),
    perSecond: (done * 1000) / (after.atMs - before.atMs),
    workerCpuMs: (after.cpuMs - before.cpuMs) / done,
    looks: queries / count,
  };
}

interface Moment {
  readonly done: number;
  readonly atMs: number;
  readonly cpuMs: number;
  readonly redis: RedisCost;
}

async function momentAt(subject: Subject, processes: readonly AppProcess[], least: number): Promise<Moment> {
  const done = await doneWhen(subject, least);
  const atMs = performance.now();
  const cpu = await Promise.all(processes.map(({ pid }) => cpuMsOf(pid)));
  return { done, atMs, cpuMs: cpu.reduce((sum, ms) => sum + ms, 0), redis: await redisTotals(subject.redis) };
}

function doneWhen(subject: Subject, least: number): Promise<number> {
  return until(
    () => subject.done(),
    (done) => done >= least,
    LONGEST_MS,
    LOOK_EVERY_MS,
  );
}

interface Shown {
  readonly workers: number;
  readonly count: number;
  /** Generations per second of the bare worker. */
  readonly best: number;
}

function rowOf(subject: SubjectName, { workers, count, best }: Shown, rounds: readonly Round[]): object {
  const perSecond = medianOf(rounds, 'perSecond');
  return {
    workers,
    subject,
    generations: count,
    rounds: ROUNDS,
    perSecond: rounded(perSecond),
    ratio: rounded(perSecond / best, 3),
    workerCpuMs: rounded(medianOf(rounds, 'workerCpuMs'), 3),
    redisUs: rounded(medianOf(rounds, 'redisUs')),
    scriptUs: rounded(medianOf(rounds, 'scriptUs')),
    scripts: rounded(medianOf(rounds, 'scripts')),
    commands: rounded(medianOf(rounds, 'commands')),
    bytesIn: Math.round(medianOf(rounds, 'bytesIn')),
    bytesOut: Math.round(medianOf(rounds, 'bytesOut')),
    looks: rounded(medianOf(rounds, 'looks'), 2),
  };
}
