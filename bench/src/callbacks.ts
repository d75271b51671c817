import { setTimeout as sleep } from 'node:timers/promises';
import {
  runningTask,
  startApp,
  startPool,
  TEST_KEY,
  testRequest,
  type PoolFixture,
  type RunningTask,
} from '@kieq/testkit';
import type { View } from './report/render.ts';
import { number } from './report/tables.ts';

const PER_SECOND = 100;
const SECONDS = 20;
/** Callbacks before those that count: the process warms up. */
const WARM_UP_SECONDS = 2;

export const callbacksView: View = {
  columns: [
    number('callbacks per s', 'perSecond'),
    number('for, s', 'seconds'),
    number('half within, ms', 'p50Ms', 1),
    number('99 % within, ms', 'p99Ms', 1),
    number('all within, ms', 'maxMs', 1),
  ],
};

/**
 * Answers of the built gateway process to callbacks for running tasks, at a steady rate that does not wait for
 * answers. Each callback is durable in Redis before it is answered.
 */
export async function* benchCallbacks({
  redisUrl,
}: {
  readonly redisUrl: () => Promise<string>;
}): AsyncGenerator<object> {
  const pool = await startPool({ redisUrl: await redisUrl(), name: 'bench-callbacks', workers: 0 });
  const gateway = await startApp('gateway', {
    REDIS_URL: pool.redis.url,
    KIEQ_PREFIX: pool.redis.prefix,
    KIE_API_KEY: TEST_KEY,
    KIE_BASE_URL: pool.simulator.url,
    GATEWAY_PORT: '0',
    PUBLIC_URL: 'http://127.0.0.1:1',
  });
  try {
    yield await measure(pool, String(gateway.first['url']));
  } finally {
    gateway.signal('SIGTERM');
    await gateway.ended;
    await pool.stop();
  }
}

async function measure(pool: PoolFixture, url: string): Promise<object> {
  const total = PER_SECOND * (SECONDS + WARM_UP_SECONDS);
  const tasks = await Promise.all(Array.from({ length: total }, () => runningTask(pool, 'bench')));
  const calls: Promise<number>[] = [];
  const startedAt = performance.now();
  for (const [i, task] of tasks.entries()) {
    const waitMs = startedAt + (i * 1000) / PER_SECOND - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    calls.push(call(url, task));
  }
  const times = (await Promise.all(calls)).slice(PER_SECOND * WARM_UP_SECONDS).toSorted((a, b) => a - b);
  const quantile = (q: number): number => Number((times[Math.ceil(q * times.length) - 1] ?? 0).toFixed(1));
  return { perSecond: PER_SECOND, seconds: SECONDS, p50Ms: quantile(0.5), p99Ms: quantile(0.99), maxMs: quantile(1) };
}

/** Ms from the call to the whole answer. */
async function call(url: string, { taskId, path }: RunningTask): Promise<number> {
  const completeTime = Date.now();
  const resultJson = JSON.stringify({ resultUrls: ['https://example.com/video.mp4'] });
  const data = { taskId, state: 'success', resultJson, completeTime, param: JSON.stringify(testRequest('bench')) };
  const startedAt = performance.now();
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code: 200, msg: 'success', data }),
  });
  await answer.text();
  if (answer.status !== 200) throw new Error(`a callback was answered with ${answer.status}`);
  return performance.now() - startedAt;
}
