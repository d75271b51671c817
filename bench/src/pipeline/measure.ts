import { until, type AppProcess } from '@kieq/testkit';
import { cpuMsOf } from '../process-cpu.ts';
import { costBetween, redisTotals, type RedisCost } from '../redis-cost.ts';
import { startSimulator, type SimulatorProcess } from '../simulator-process.ts';
import type { Subject } from './subject.ts';

/** Measured in between: neither the start of the processes nor the last few jobs count. */
const FROM = 0.1;
const TO = 0.95;
const LOOK_EVERY_MS = 100;
const LONGEST_MS = 600_000;
/** How long a task takes at the simulator; it has ended at the first poll. */
export const TASK_MS = '30';

/** What a generation cost in one run. */
export type Round = RedisCost & {
  readonly perSecond: number;
  readonly workerCpuMs: number;
  /** Polls of the whole run per generation. */
  readonly looks: number;
};

interface Amount {
  readonly count: number;
  readonly workers: number;
}

/** Carries a backlog out, with a simulator of its own. @param open a pipeline that asks the simulator at that address */
export async function runRound(open: (kieUrl: string) => Promise<Subject>, amount: Amount): Promise<Round> {
  const simulator = await startSimulator({ SIM_GENERATION_MS: TASK_MS });
  try {
    const subject = await open(simulator.url);
    try {
      return await measure(subject, simulator, amount);
    } finally {
      await subject.stop();
    }
  } finally {
    await simulator.stop();
  }
}

async function measure(subject: Subject, simulator: SimulatorProcess, { count, workers }: Amount): Promise<Round> {
  await subject.enqueue(count);
  // One after the other: if one fails to start, no unknown process is left.
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

/** How far a pipeline was, and what it had cost until then. */
export interface Moment {
  readonly done: number;
  readonly atMs: number;
  readonly cpuMs: number;
  readonly redis: RedisCost;
}

/** Resolves as soon as this many have ended. */
export async function momentAt(subject: Subject, processes: readonly AppProcess[], least: number): Promise<Moment> {
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
