import { setTimeout as sleep } from 'node:timers/promises';
import type { Simulator } from '@kieq/simulator';
import { startProcessPool, testRequest, type ProcessPool } from '@kieq/testkit';
import { partOf, type Setting } from '../setting.ts';
import { quantile, rounded } from '../statistics.ts';

const LIMIT = 20;
const WINDOW_MS = 10_000;
const WORKERS = 2;
/** What one tenant throws in at once, in windows of the account. */
const FLOOD_WINDOWS = 60;
/** What the other one wants meanwhile: one generation each time, at every priority. */
const GUESTS = 20;
const EVERY_WINDOWS = 1;
/** More urgent than the flood, and as urgent. */
const PRIORITIES = [1, 100] as const;
const FLOOD_PRIORITY = 100;

interface Guest {
  readonly prompt: string;
  readonly priority: number;
  readonly enqueuedAtMs: number;
}

/**
 * One tenant floods the queue; another one enqueues a generation in each window, once with priority 1 and once with the
 * flood's own. How long they wait for their submission, in windows of the account, and how many of the flood went first.
 */
export async function* benchFlood({ redisUrl, scale, share }: Setting): AsyncGenerator<object> {
  const windowMs = WINDOW_MS * scale;
  const pool = await openPool(await redisUrl(), windowMs, scale);
  try {
    const flood = LIMIT * partOf(FLOOD_WINDOWS, share);
    await enqueueFlood(pool, flood);
    for (let i = 0; i < WORKERS; i += 1) await pool.startWorker();
    const guests = await enqueueGuests(pool, partOf(GUESTS, share), windowMs);
    const { simulator } = pool;
    const total = flood + guests.length;
    await simulator.waitUntil(({ created }) => created === total, (total / LIMIT) * windowMs * 2 + 60_000);
    for (const priority of PRIORITIES) {
      const mine = guests.filter((guest) => guest.priority === priority);
      yield { flood, floodPriority: FLOOD_PRIORITY, priority, ...waitsOf(simulator, mine, windowMs) };
    }
  } finally {
    await pool.stop();
  }
}

function openPool(redisUrl: string, windowMs: number, scale: number): Promise<ProcessPool> {
  return startProcessPool({
    redisUrl,
    name: 'bench-flood',
    simulator: {
      rateLimit: { limit: LIMIT, windowMs },
      createLatency: { minMs: 300 * scale, maxMs: 900 * scale },
      generation: { kind: 'fixed', ms: 1 },
    },
    env: {
      KIEQ_SUBMIT_LIMIT: String(LIMIT),
      KIEQ_SUBMIT_WINDOW_MS: String(windowMs),
      KIEQ_POLL_LIMIT_PER_SECOND: '1000',
      KIEQ_TIME_SCALE: String(scale),
    },
  });
}

async function enqueueFlood({ producer }: ProcessPool, count: number): Promise<void> {
  const options = { tenant: 'flood', priority: FLOOD_PRIORITY };
  const items = Array.from({ length: count }, (_, i) => ({ request: testRequest(`flood ${i}`), options }));
  for (const item of await producer.enqueueMany(items)) if (!item.ok) throw item.error;
}

async function enqueueGuests({ producer, simulator }: ProcessPool, count: number, windowMs: number): Promise<Guest[]> {
  const guests: Guest[] = [];
  await simulator.waitUntil(({ created }) => created > 0, 60_000);
  for (let i = 0; i < count; i += 1) {
    for (const priority of PRIORITIES) {
      const prompt = `guest ${i} of priority ${priority}`;
      guests.push({ prompt, priority, enqueuedAtMs: Date.now() });
      await producer.enqueue(testRequest(prompt), { tenant: 'guest', priority });
    }
    await sleep(windowMs * EVERY_WINDOWS);
  }
  return guests;
}

function waitsOf({ ledger }: Simulator, guests: readonly Guest[], windowMs: number): object {
  const arrivals = ledger.submissions().filter(({ decision }) => decision === 'created');
  const waits = guests.map(({ prompt, enqueuedAtMs }) => {
    const arrivedAtMs = arrivals.find((one) => one.prompt === prompt)?.arrivedAtMs ?? Number.NaN;
    const first = arrivals.filter((one) => one.arrivedAtMs > enqueuedAtMs && one.arrivedAtMs < arrivedAtMs);
    return { windows: (arrivedAtMs - enqueuedAtMs) / windowMs, overtaken: first.length };
  });
  const windows = waits.map((wait) => wait.windows);
  return {
    generations: guests.length,
    p50Windows: rounded(quantile(windows, 0.5), 2),
    maxWindows: rounded(quantile(windows, 1), 2),
    mostBefore: Math.max(...waits.map(({ overtaken }) => overtaken)),
  };
}
