import { measureWindow, mostOvertakings } from '@kieq/testkit';
import type { View } from './report/render.ts';
import { number, text } from './report/tables.ts';

const LIMIT = 20;
const WINDOWS = 15;

export const windowView: View = {
  columns: [
    text('answers after, ms', 'latencyMs'),
    number('workers', 'workers'),
    number('efficiency', 'efficiency', 3),
    number('POSTs', 'posts'),
    number('429s', 'refused'),
    number('most in any window', 'mostInAnyWindow'),
    number('most overtakings', 'mostOvertakings'),
  ],
};

interface WindowSetting {
  readonly redisUrl: () => Promise<string>;
  /** Kie's window of 10 s and its latencies are multiplied by it together. */
  readonly scale: number;
}

/**
 * Window efficiency with 1, 3 and 8 workers, answers after 20 ms and after 0.3–0.9 s.
 */
export async function* benchWindow({ redisUrl, scale }: WindowSetting): AsyncGenerator<object> {
  for (const latency of [
    { minMs: 20, maxMs: 20 },
    { minMs: 300, maxMs: 900 },
  ]) {
    for (const workers of [1, 3, 8]) {
      const result = await measureWindow({
        redisUrl: await redisUrl(),
        workers,
        limit: LIMIT,
        windowMs: 10_000 * scale,
        latency: { minMs: latency.minMs * scale, maxMs: latency.maxMs * scale },
        backlog: LIMIT * WINDOWS,
      });
      yield {
        workers,
        latencyMs: `${latency.minMs}-${latency.maxMs}`,
        scale,
        efficiency: Number(result.efficiency.toFixed(4)),
        posts: result.posts,
        refused: result.refused,
        mostInAnyWindow: result.mostInAnyWindow,
        mostOvertakings: mostOvertakings(result.order.filter((prompt) => prompt < LIMIT * WINDOWS)),
      };
    }
  }
}
