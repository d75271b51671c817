import { measureWindow, mostOvertakings, type WindowResult } from '@kieq/testkit';
import { partOf, type Setting } from '../setting.ts';
import { rounded } from '../statistics.ts';
import { measureLimiter, type WindowLoad } from './limiter.ts';

const LIMIT = 20;
const WINDOW_MS = 10_000;
const WINDOWS = 15;
const WORKERS = [1, 3, 8];
const LATENCIES = [
  { minMs: 20, maxMs: 20 },
  { minMs: 300, maxMs: 900 },
];
/** Enough that one 429 in a thousand would be seen, in windows short enough for it to end soon. */
const LONG = { backlog: 10_000, scale: 0.03, workers: 3, latency: { minMs: 300, maxMs: 900 } };

/**
 * How well the account's limit is used, with 1, 3 and 8 workers, answers after 20 ms and after 0.3–0.9 s: by kieq, and by
 * BullMQ's own limiter as the whole window at once and spread evenly. Kie's window and its latencies are scaled together.
 */
export async function* benchWindow({ redisUrl, scale, share }: Setting): AsyncGenerator<object> {
  const url = await redisUrl();
  for (const latency of LATENCIES) {
    for (const workers of WORKERS) {
      const load: WindowLoad = {
        redisUrl: url,
        scale,
        workers,
        limit: LIMIT,
        windowMs: WINDOW_MS * scale,
        latency: { minMs: latency.minMs * scale, maxMs: latency.maxMs * scale },
        backlog: LIMIT * partOf(WINDOWS, share),
      };
      const setting = { workers, latencyMs: `${latency.minMs}-${latency.maxMs}`, scale };
      const ours = await measureWindow(load);
      const order = ours.order.filter((prompt) => prompt < load.backlog);
      yield { limiter: 'kieq', ...setting, ...figuresOf(ours), mostOvertakings: mostOvertakings(order) };
      const whole = { max: LIMIT, duration: load.windowMs };
      yield { limiter: 'BullMQ, 20 per 10 s', ...setting, ...figuresOf(await measureLimiter(load, whole)) };
      const spread = { max: 1, duration: load.windowMs / LIMIT };
      yield { limiter: 'BullMQ, 1 per 500 ms', ...setting, ...figuresOf(await measureLimiter(load, spread)) };
    }
  }
  yield await measureLong(url, share);
}

async function measureLong(redisUrl: string, share: number): Promise<object> {
  const { scale, workers, latency } = LONG;
  const result = await measureWindow({
    redisUrl,
    workers,
    limit: LIMIT,
    windowMs: WINDOW_MS * scale,
    latency: { minMs: latency.minMs * scale, maxMs: latency.maxMs * scale },
    backlog: partOf(LONG.backlog, share, LIMIT),
  });
  const setting = { workers, latencyMs: `${latency.minMs}-${latency.maxMs}`, scale };
  return {
    limiter: 'kieq, for long',
    ...setting,
    ...figuresOf(result),
    mostOvertakings: mostOvertakings(result.order),
  };
}

function figuresOf({ efficiency, posts, refused, mostInAnyWindow }: Omit<WindowResult, 'order' | 'urgent'>): object {
  return { efficiency: rounded(efficiency, 4), posts, refused, mostInAnyWindow };
}
