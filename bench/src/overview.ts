import { setTimeout as sleep } from 'node:timers/promises';
import { startApp, startPool, testRequest, until, type PoolFixture } from '@kieq/testkit';
import type { View } from './report/render.ts';
import { number } from './report/tables.ts';

const GENERATIONS = 100_000;
/** Of them through workers to their end; the rest stays in the queue. */
const FINISHED = 2000;
const BATCH = 1000;
/** One viewer: the page asks every two seconds. */
const EVERY_MS = 2000;
const SECONDS = 60;

/** What the page needs before it shows its numbers, in the order in which a browser learns of it. */
const FILES = ['/files/style.css', '/files/overview.js', '/files/icon.svg'];

export const overviewView: View = {
  columns: [
    number('generations', 'generations'),
    number('first load, ms', 'firstLoadMs'),
    number('median of ten, ms', 'medianLoadMs'),
    number('Redis time for one viewer, %', 'redisTimePercent', 3),
    number('commands per s', 'commandsPerSecond'),
  ],
};

/** The overview of a built dashboard with 100 000 generations in the ledger: loading it, and what one viewer costs Redis. */
export async function* benchOverview({
  redisUrl,
}: {
  readonly redisUrl: () => Promise<string>;
}): AsyncGenerator<object> {
  const pool = await startPool({ redisUrl: await redisUrl(), name: 'bench-overview' });
  await fill(pool);
  const dashboard = await startApp('dashboard', {
    REDIS_URL: pool.redis.url,
    KIEQ_PREFIX: pool.redis.prefix,
    DASHBOARD_PORT: '0',
  });
  try {
    const url = String(dashboard.first['url']);
    yield { generations: GENERATIONS, ...(await measure(pool, url)) };
  } finally {
    dashboard.signal('SIGTERM');
    await dashboard.ended;
    await pool.stop();
  }
}

async function fill(pool: PoolFixture): Promise<void> {
  await enqueue(pool, FINISHED);
  await until(
    () => pool.ledger.read.stateCounts(),
    ({ succeeded }) => succeeded === FINISHED,
    300_000,
  );
  await pool.ledger.gates.pause('bench');
  await pool.stopWorkers();
  for (let made = FINISHED; made < GENERATIONS; made += BATCH) await enqueue(pool, BATCH);
}

async function enqueue({ producer }: PoolFixture, count: number): Promise<void> {
  const items = Array.from({ length: count }, (_, i) => ({ request: testRequest(`number ${i}`), options: {} }));
  for (const item of await producer.enqueueMany(items)) if (!item.ok) throw item.error;
}

async function measure(pool: PoolFixture, url: string): Promise<object> {
  const loads: number[] = [];
  for (let i = 0; i < 10; i += 1) loads.push(await load(url));
  const before = await spentInRedis(pool);
  const startedAt = performance.now();
  for (let i = 0; i < (SECONDS * 1000) / EVERY_MS; i += 1) {
    await get(`${url}/api/overview`);
    await sleep(EVERY_MS);
  }
  const after = await spentInRedis(pool);
  const elapsedMs = performance.now() - startedAt;
  const percent = ((after.micros - before.micros) / 1000 / elapsedMs) * 100;
  return {
    firstLoadMs: Math.round(loads[0] ?? 0),
    medianLoadMs: Math.round(loads.toSorted((a, b) => a - b)[5] ?? 0),
    redisTimePercent: Number(percent.toFixed(3)),
    commandsPerSecond: Math.round((after.calls - before.calls) / (elapsedMs / 1000)),
  };
}

/** Ms until page, files and first numbers are there. */
async function load(url: string): Promise<number> {
  const startedAt = performance.now();
  await get(`${url}/`);
  await Promise.all(FILES.map((file) => get(url + file)));
  await get(`${url}/api/overview`);
  return performance.now() - startedAt;
}

async function get(url: string): Promise<void> {
  const answer = await fetch(url);
  await answer.arrayBuffer();
  if (answer.status !== 200) throw new Error(`${url} was answered with ${answer.status}`);
}

/** Redis' own count of commands and of the time inside them; nothing else runs on it. */
async function spentInRedis({ redis }: PoolFixture): Promise<{ readonly micros: number; readonly calls: number }> {
  const text = await redis.client.info('commandstats');
  const lines = [...text.matchAll(/cmdstat_[^:]+:calls=(\d+),usec=(\d+)/g)];
  return {
    calls: lines.reduce((sum, [, calls]) => sum + Number(calls), 0),
    micros: lines.reduce((sum, [, , micros]) => sum + Number(micros), 0),
  };
}
