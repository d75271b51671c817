import { expect, inject } from 'vitest';
import { measureWindow, mostOvertakings } from '../../src/index.ts';

const WORKERS = 3;
const LIMIT = 20;
const CONCURRENCY = 20;

/** Kie's 20 per 10 s with answers after 20 ms, both scaled down twentyfold, and everything that holds for it. */
export async function checkWindow(backlog: number): Promise<void> {
  const result = await measureWindow({
    redisUrl: inject('redisUrl'),
    workers: WORKERS,
    limit: LIMIT,
    windowMs: 500,
    latency: { minMs: 1, maxMs: 1 },
    backlog,
    concurrency: CONCURRENCY,
  });

  expect(result.refused / result.posts).toBeLessThanOrEqual(0.001);
  expect(result.mostInAnyWindow).toBeLessThanOrEqual(LIMIT);
  expect(result.efficiency).toBeGreaterThanOrEqual(0.95);
  // Urgent ones pass everything that had not been taken yet.
  for (const place of result.urgent.places)
    expect(place - result.urgent.enqueuedAfter).toBeLessThan(LIMIT + WORKERS * CONCURRENCY);
  // G5: by at most twice workers × concurrency others of its priority.
  expect(mostOvertakings(result.order.filter((prompt) => prompt < backlog))).toBeLessThanOrEqual(
    2 * WORKERS * CONCURRENCY,
  );
}
