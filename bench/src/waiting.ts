import { setTimeout as sleep } from 'node:timers/promises';
import { request as send } from 'node:http';
import { startProcessPool, until, type ProcessPool } from '@kieq/testkit';
import { redisTotals } from './redis-cost.ts';
import { residentMiB } from './process-cpu.ts';
import type { View } from './report/render.ts';
import { number } from './report/tables.ts';

const COUNTS = [200, 2000];
const GENERATIONS = 50;
const IDLE_MS = 10_000;

export const waitingView: View = {
  columns: [
    number('waiting', 'waiting'),
    number('gateway before, MiB', 'rssBeforeMiB', 1),
    number('while they wait, MiB', 'rssMiB', 1),
    number('KiB each', 'kibEach', 1),
    number('Redis CPU while they wait, ms per s', 'redisMsPerSecond', 1),
    number('half within, ms', 'p50Ms', 1),
    number('99 % within, ms', 'p99Ms', 1),
    number('all within, ms', 'mostMs', 1),
  ],
};

/**
 * Requests that wait for the end of a generation (`?wait=60`), each on a connection of its own: what they cost while
 * nothing happens, and how soon after the end their responses are here. The generations are cancelled one by one; forty
 * responses wait for each.
 */
export async function* benchWaiting({
  redisUrl,
}: {
  readonly redisUrl: () => Promise<string>;
}): AsyncGenerator<object> {
  const pool = await startProcessPool({ redisUrl: await redisUrl(), name: 'bench-waiting' });
  try {
    for (const count of COUNTS) yield await measure(pool, count);
  } finally {
    await pool.stop();
  }
}

async function measure(pool: ProcessPool, waiting: number): Promise<object> {
  // A quarter of the connections may wait for one key.
  const gateway = await pool.startGateway({ GATEWAY_MAX_CONNECTIONS: String(5 * Math.max(...COUNTS)) });
  const ids = await pool.enqueue(Array.from({ length: GENERATIONS }, (_, i) => `${waiting} wait, ${i}`));
  const rssBeforeMiB = await residentMiB(gateway.pid);
  const endedAt = new Map<string, number>();
  const late = Promise.all(
    Array.from({ length: waiting }, async (_, i) => {
      const id = ids[i % GENERATIONS] ?? '';
      const arrivedAt = await ask(`${gateway.url}/v1/generations/${id}?wait=60`);
      return arrivedAt - (endedAt.get(id) ?? Number.NaN);
    }),
  );
  await until(
    () => waitingAt(gateway.url),
    (now) => now === waiting,
    60_000,
  );
  const before = await redisTotals(pool.redis.client);
  await sleep(IDLE_MS);
  const after = await redisTotals(pool.redis.client);
  const rssMiB = await residentMiB(gateway.pid);
  for (const id of ids) {
    await pool.producer.get(id).cancel();
    endedAt.set(id, performance.now());
    await sleep(20);
  }
  const sorted = (await late).toSorted((one, other) => one - other);
  const quantile = (share: number): number => rounded(sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN);
  gateway.signal('SIGTERM');
  await gateway.ended;
  return {
    waiting,
    rssBeforeMiB: rounded(rssBeforeMiB),
    rssMiB: rounded(rssMiB),
    kibEach: rounded(((rssMiB - rssBeforeMiB) * 1024) / waiting),
    redisMsPerSecond: rounded((after.redisUs - before.redisUs) / IDLE_MS),
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    mostMs: quantile(1),
  };
}

/** The moment at which the whole response is here. */
function ask(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = send(url, { agent: false }, (response) => {
      response.resume();
      response.once('end', () => resolve(performance.now()));
      response.once('error', reject);
    });
    sent.once('error', reject);
    sent.end();
  });
}

async function waitingAt(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^kieq_gateway_waiting_responses (\d+)$/m.exec(text)?.[1]);
}

function rounded(value: number): number {
  return Number(value.toFixed(1));
}
