import { startProcessPool, until, type AppProcess } from '../../src/index.ts';

export interface Volume {
  readonly generations: number;
  readonly succeeded: number;
  readonly charged: number;
  /** Prompts with more than one task. */
  readonly doubled: readonly string[];
  readonly seconds: number;
  /** Resident memory of the hungrier worker in MiB: after a third of the work, and at the end. */
  readonly memoryMiB: { readonly third: number; readonly end: number };
}

/** Sends this many generations through two real workers against a simulator without limits. */
export async function runVolume(redisUrl: string, generations: number): Promise<Volume> {
  const pool = await startProcessPool({
    redisUrl,
    name: 'volume',
    simulator: {
      rateLimit: null,
      createLatency: { minMs: 0, maxMs: 0 },
      queryLatency: { minMs: 0, maxMs: 0 },
      generation: { kind: 'uniform', minMs: 10, maxMs: 50 },
    },
    env: {
      KIEQ_SUBMIT_LIMIT: '10000',
      KIEQ_SUBMIT_WINDOW_MS: '1000',
      KIEQ_POLL_LIMIT_PER_SECOND: '10000',
      KIEQ_MAX_IN_FLIGHT: '100000',
      KIEQ_TIME_SCALE: '0.01',
      KIEQ_SUBMIT_CONCURRENCY: '50',
      KIEQ_POLL_CONCURRENCY: '50',
      // A leak would end the worker instead of hiding in a large heap.
      NODE_OPTIONS: '--max-old-space-size=128',
    },
  });
  try {
    const startedMs = performance.now();
    await pool.enqueue(Array.from({ length: generations }, (_, i) => `video ${i}`));
    const workers = await Promise.all([pool.startWorker(), pool.startWorker()]);
    const succeeded = async (): Promise<number> => (await pool.ledger.read.stateCounts()).succeeded;
    await until(succeeded, (count) => count >= generations / 3, 600_000);
    const third = await memoryMiB(workers);
    await until(succeeded, (count) => count >= generations, 600_000);
    const charges = pool.simulator.ledger.chargesByPrompt();
    return {
      generations,
      succeeded: await succeeded(),
      charged: charges.size,
      doubled: [...charges].filter(([, count]) => count > 1).map(([prompt]) => prompt),
      seconds: (performance.now() - startedMs) / 1000,
      memoryMiB: { third, end: await memoryMiB(workers) },
    };
  } finally {
    await pool.stop();
  }
}

async function memoryMiB(workers: readonly AppProcess[]): Promise<number> {
  const sizes = await Promise.all(workers.map((worker) => residentMiB(String(worker.first['ops']))));
  return Math.max(...sizes);
}

async function residentMiB(opsUrl: string): Promise<number> {
  const text = await (await fetch(`${opsUrl}/metrics`)).text();
  const bytes = /^process_resident_memory_bytes (\S+)/m.exec(text)?.[1];
  if (bytes === undefined) throw new Error('the worker does not report its memory');
  return Number(bytes) / 1024 / 1024;
}
