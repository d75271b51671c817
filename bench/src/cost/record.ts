import { createLedger } from '@kieq/ledger';
import { startProcessPool, testRequest, until } from '@kieq/testkit';
import { TASK_MS } from '../pipeline/measure.ts';
import { LIMITS } from '../pipeline/subject.ts';
import { startSimulator } from '../simulator-process.ts';
import { startRecorder, type Recorder } from './recorder.ts';
import type { Recording, Traffic } from './recording.ts';
import type { Tree } from '../tree.ts';

/** What a pool has learned of its kind before it starts, in ms. */
export const LEARNED_MS = Array.from({ length: 50 }, (_, i) => 40 + i);
/** Callers that enqueue one generation each, again and again. */
const CALLERS = 16;
const LONGEST_MS = 120_000;

/** Has a tree enqueue and carry out this many generations, and records what its clients send. */
export async function record(tree: Tree, redisUrl: string, generations: number): Promise<Recording> {
  const simulator = await startSimulator({ SIM_GENERATION_MS: TASK_MS });
  try {
    const env = { KIE_BASE_URL: simulator.url, KIE_UPLOAD_URL: simulator.url, ...LIMITS };
    const pool = await startProcessPool({ redisUrl, name: 'cost', learnedMs: LEARNED_MS, env });
    const { hostname: host, port } = new URL(redisUrl);
    const recorder = await startRecorder({ host, port: Number(port) });
    try {
      const { prefix } = pool.redis;
      const enqueued = await recordEnqueue(tree, recorder, { prefix, generations });
      const worker = await tree.startWorker({ ...pool.env, REDIS_URL: recorder.url });
      try {
        const { read } = createLedger({ redis: pool.redis.client, prefix });
        await until(
          async () => (await read.stateCounts()).succeeded,
          (done) => done >= generations,
          LONGEST_MS,
          100,
        );
      } finally {
        worker.signal('SIGKILL');
        await worker.ended;
      }
      const worked = recorder.take();
      const traffic = perGeneration([enqueued.traffic, worked.traffic], generations);
      return { prefix, enqueue: enqueued.writes, work: worked.writes, generations, traffic };
    } finally {
      await recorder.close();
      await pool.stop();
    }
  } finally {
    await simulator.stop();
  }
}

interface Amount {
  readonly prefix: string;
  readonly generations: number;
}

async function recordEnqueue(tree: Tree, recorder: Recorder, { prefix, generations }: Amount) {
  const producer = await tree.openProducer({ redis: recorder.url, prefix });
  try {
    const numbers = Array.from({ length: generations }, (_, i) => i).values();
    const caller = async (): Promise<void> => {
      for (const number of numbers) await producer.enqueue(testRequest(`number ${number}`));
    };
    await Promise.all(Array.from({ length: CALLERS }, caller));
    return recorder.take();
  } finally {
    await producer.close();
  }
}

function perGeneration(parts: readonly Traffic[], generations: number): Traffic {
  const mean = (field: keyof Traffic): number => parts.reduce((sum, part) => sum + part[field], 0) / generations;
  return {
    writes: mean('writes'),
    sent: mean('sent'),
    scripts: mean('scripts'),
    bytesIn: mean('bytesIn'),
    bytesOut: mean('bytesOut'),
  };
}
