import { inject } from 'vitest';
import { measureWindow, mostOvertakings } from '../../src/index.ts';

const WORKERS = 3;
const LIMIT = 20;
const CONCURRENCY = 20;

/** What must hold, each with its figure; a test expects `ok` of all. */
export interface WindowFinding {
  readonly what: string;
  readonly figure: number;
  readonly ok: boolean;
}

/**
 * Kie's 20 per 10 s with answers after 20 ms, both scaled down twentyfold, and everything that must hold for it.
 * @param leastEfficiency of the window; what a busy machine loses in a short run counts more
 */
export async function windowFindings(backlog: number, leastEfficiency: number): Promise<WindowFinding[]> {
  const result = await measureWindow({
    redisUrl: inject('redisUrl'),
    workers: WORKERS,
    limit: LIMIT,
    windowMs: 500,
    latency: { minMs: 1, maxMs: 1 },
    backlog,
    concurrency: CONCURRENCY,
  });
  const refused = result.refused / result.posts;
  const overtakings = mostOvertakings(result.order.filter((prompt) => prompt < backlog));
  // Urgent ones pass everything that had not been taken yet.
  const urgent = Math.max(...result.urgent.places.map((place) => place - result.urgent.enqueuedAfter));
  return [
    { what: 'share of 429s', figure: refused, ok: refused <= 0.001 },
    { what: 'most in any window', figure: result.mostInAnyWindow, ok: result.mostInAnyWindow <= LIMIT },
    { what: 'efficiency', figure: result.efficiency, ok: result.efficiency >= leastEfficiency },
    { what: 'urgent ones', figure: result.urgent.places.length, ok: result.urgent.places.length > 0 },
    { what: 'latest urgent one', figure: urgent, ok: urgent < LIMIT + WORKERS * CONCURRENCY },
    // G5: by at most twice workers × concurrency others of its priority.
    { what: 'most overtakings', figure: overtakings, ok: overtakings <= 2 * WORKERS * CONCURRENCY },
  ];
}
