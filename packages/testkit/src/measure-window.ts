import type { SimulatorConfiguration } from '@kieq/simulator';
import { startProcessPool } from './process-pool.ts';
import { until } from './until.ts';

export interface WindowRun {
  readonly redisUrl: string;
  readonly workers: number;
  readonly limit: number;
  readonly windowMs: number;
  /** How long the simulated Kie takes to answer a submission. */
  readonly latency: NonNullable<SimulatorConfiguration['createLatency']>;
  readonly backlog: number;
  /** Submissions at once in one worker. Default 20. */
  readonly concurrency?: number;
}

export interface WindowResult {
  /** Ideal time ÷ time from the first to the last accepted submission, by their arrival at the simulator. */
  readonly efficiency: number;
  readonly posts: number;
  /** POSTs answered with 429. */
  readonly refused: number;
  /** Most POSTs, accepted or not, in any sliding window. */
  readonly mostInAnyWindow: number;
  /** Prompts in the order of their accepted submission; they were enqueued in the order 0, 1, 2, … */
  readonly order: readonly number[];
  /** Indexes in `order` at which the urgent ones came, which were enqueued in the middle of the run. */
  readonly urgent: { readonly enqueuedAfter: number; readonly places: readonly number[] };
}

const URGENT = 10;

/** A backlog through real workers at a limit; halfway, ten generations of priority 1 are enqueued. */
export async function measureWindow(run: WindowRun): Promise<WindowResult> {
  const { limit, windowMs, backlog } = run;
  const pool = await startProcessPool({
    redisUrl: run.redisUrl,
    name: 'window',
    simulator: {
      rateLimit: { limit, windowMs },
      countRefused: true,
      createLatency: run.latency,
      queryLatency: { minMs: 0, maxMs: 0 },
      generation: { kind: 'fixed', ms: 1 },
    },
    env: {
      KIEQ_SUBMIT_LIMIT: String(limit),
      KIEQ_SUBMIT_WINDOW_MS: String(windowMs),
      KIEQ_SUBMIT_CONCURRENCY: String(run.concurrency ?? 20),
      KIEQ_POLL_LIMIT_PER_SECOND: '1000',
      KIEQ_MAX_IN_FLIGHT: '10000',
    },
  });
  try {
    const { ledger } = pool.simulator;
    await pool.enqueue(Array.from({ length: backlog }, (_, i) => String(i)));
    await Promise.all(Array.from({ length: run.workers }, () => pool.startWorker()));
    const waitMs = (backlog / limit) * windowMs * 2 + 30_000;
    await until(
      () => ledger.counts.created,
      (created) => created >= backlog / 2,
      waitMs,
    );
    await pool.enqueue(
      Array.from({ length: URGENT }, (_, i) => String(backlog + i)),
      1,
    );
    const enqueuedAfter = ledger.counts.created;
    await until(
      () => ledger.counts.created,
      (created) => created >= backlog + URGENT,
      waitMs,
    );
    return {
      ...windowFigures({ limit, windowMs, count: backlog + URGENT }, ledger.submissions()),
      mostInAnyWindow: ledger.maxSubmissionsInAnyWindow(windowMs),
      urgent: { enqueuedAfter, places: placesOf(run, ledger.submissions()) },
    };
  } finally {
    await pool.stop();
  }
}

type Sent = readonly { readonly decision: string; readonly arrivedAtMonoMs: number; readonly prompt: string }[];

/**
 * How well a limit was used, by what the simulator saw.
 * @param ideal the limit, and how many were to be accepted
 */
export function windowFigures(
  { limit, windowMs, count }: { readonly limit: number; readonly windowMs: number; readonly count: number },
  sent: Sent,
): Omit<WindowResult, 'mostInAnyWindow' | 'urgent'> {
  const accepted = sent.filter(({ decision }) => decision === 'created');
  const spanMs = (accepted.at(-1)?.arrivedAtMonoMs ?? 0) - (accepted[0]?.arrivedAtMonoMs ?? 0);
  // The first `limit` can go at once, the next ones a window later, and so on.
  const idealMs = Math.floor((count - 1) / limit) * windowMs;
  return {
    efficiency: idealMs / spanMs,
    posts: sent.length,
    refused: sent.length - accepted.length,
    order: accepted.map(({ prompt }) => Number(prompt)),
  };
}

function placesOf({ backlog }: WindowRun, sent: Sent): number[] {
  const order = sent.filter(({ decision }) => decision === 'created').map(({ prompt }) => Number(prompt));
  return Array.from({ length: URGENT }, (_, i) => order.indexOf(backlog + i));
}

/** How many were submitted before this one although they were enqueued after it, for the one that fared worst. */
export function mostOvertakings(order: readonly number[]): number {
  let most = 0;
  for (let at = 0; at < order.length; at += 1) {
    const mine = order[at] ?? 0;
    let overtaken = 0;
    for (let before = 0; before < at; before += 1) if ((order[before] ?? 0) > mine) overtaken += 1;
    most = Math.max(most, overtaken);
  }
  return most;
}
