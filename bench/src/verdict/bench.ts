import { startProcessPool, until, type ProcessPool } from '@kieq/testkit';
import { learnedFrom } from '../learned.ts';
import { partOf, type Setting } from '../setting.ts';
import { quantile, rounded } from '../statistics.ts';

const GENERATIONS = 400;
const WORKERS = 2;
const LIMIT = 20;
const WINDOW_MS = 10_000;
const LOOKS_PER_SECOND = 10;
/** The spread of these is 21 s. */
const MEDIAN_MS = 140_000;
const SIGMA = 0.15;
const SEED = 11;

/**
 * From the end of a task at the simulator to `succeeded` in the ledger, with callbacks to a built gateway, at the
 * account's full rate. By two clocks of one machine; in real ms, whatever the scale. Below scale 1 the rate is higher.
 */
export async function* benchVerdict({ redisUrl, scale, share }: Setting): AsyncGenerator<object> {
  const pool = await openPool(await redisUrl(), scale);
  try {
    const { url } = await pool.startGateway();
    const count = partOf(GENERATIONS, share);
    const ids = await pool.enqueue(Array.from({ length: count }, (_, i) => `number ${i}`));
    for (let i = 0; i < WORKERS; i += 1) await pool.startWorker({ PUBLIC_URL: url });
    const longestMs = (MEDIAN_MS * 3 + (count / LIMIT) * WINDOW_MS * 2) * scale + 60_000;
    await until(
      async () => (await pool.ledger.read.stateCounts()).succeeded,
      (succeeded) => succeeded === count,
      longestMs,
      200,
    );
    const delays = await Promise.all(ids.map((id) => delayOf(pool, id)));
    yield {
      generations: count,
      workers: WORKERS,
      perSecond: rounded(LIMIT / ((WINDOW_MS * scale) / 1000), 2),
      p50Ms: rounded(quantile(delays, 0.5)),
      p95Ms: rounded(quantile(delays, 0.95)),
      p99Ms: rounded(quantile(delays, 0.99)),
      maxMs: rounded(quantile(delays, 1)),
      pollsPerTask: rounded(pool.simulator.ledger.counts.queries / count, 3),
    };
  } finally {
    await pool.stop();
  }
}

function openPool(redisUrl: string, scale: number): Promise<ProcessPool> {
  const windowMs = WINDOW_MS * scale;
  return startProcessPool({
    redisUrl,
    name: 'bench-verdict',
    learnedMs: learnedFrom(MEDIAN_MS * scale, SIGMA, SEED + 1),
    simulator: {
      seed: SEED,
      rateLimit: { limit: LIMIT, windowMs },
      createLatency: { minMs: 300 * scale, maxMs: 900 * scale },
      queryLatency: { minMs: 20, maxMs: 20 },
      generation: { kind: 'lognormal', medianMs: MEDIAN_MS * scale, sigma: SIGMA },
    },
    env: {
      KIEQ_SUBMIT_LIMIT: String(LIMIT),
      KIEQ_SUBMIT_WINDOW_MS: String(windowMs),
      KIEQ_POLL_LIMIT_PER_SECOND: String(Math.round(LOOKS_PER_SECOND / scale)),
      KIEQ_TIME_SCALE: String(scale),
    },
  });
}

async function delayOf({ ledger, simulator }: ProcessPool, id: string): Promise<number> {
  const record = await ledger.read.generation(id);
  const task = record?.taskId === undefined ? undefined : simulator.ledger.task(record.taskId);
  if (record?.settledAt === undefined || task === undefined || task.endsAtMs === null)
    throw new Error(`generation ${id} has no verdict`);
  return record.settledAt - task.endsAtMs;
}
