import { momentAt, TASK_MS } from '../pipeline/measure.ts';
import { openKieq } from '../pipeline/subject.ts';
import { costBetween } from '../redis-cost.ts';
import { startSimulator } from '../simulator-process.ts';
import type { Tree } from '../tree.ts';

/** Before those that count: code is compiled, scripts are loaded. */
const WARM_UP = 500;

/** What a generation cost in one run of one worker. */
export interface Worked {
  readonly workerCpuMs: number;
  /** Enqueueing included, many in one call. */
  readonly redisUs: number;
}

/**
 * One worker carries out this many generations that are enqueued while it is idle, so that all that they cost is between
 * two moments, and nothing else. At the pace of production: the sweeper and the other clocks are not hurried.
 */
export async function work(tree: Tree, redisUrl: string, generations: number): Promise<Worked> {
  const simulator = await startSimulator({ SIM_GENERATION_MS: TASK_MS });
  try {
    const subject = await openKieq({ redisUrl, kieUrl: simulator.url, scale: 1 }, tree);
    try {
      const worker = [await subject.startWorker()];
      await subject.enqueue(WARM_UP);
      const before = await momentAt(subject, worker, WARM_UP);
      await subject.enqueue(generations);
      const after = await momentAt(subject, worker, WARM_UP + generations);
      const { redisUs } = costBetween(before.redis, after.redis, generations);
      return { workerCpuMs: (after.cpuMs - before.cpuMs) / generations, redisUs };
    } finally {
      await subject.stop();
    }
  } finally {
    await simulator.stop();
  }
}
