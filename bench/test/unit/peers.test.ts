import { expect, test } from 'vitest';
import { outcomeOf } from '../../src/peers/outcome.ts';

type Books = Parameters<typeof outcomeOf>[0];

/** Two windows of two; `c` is charged twice, `d` was refused once; the end of each task is 1 s after it was made. */
function books(): Books {
  const made = [
    { prompt: 'a', at: 0 },
    { prompt: 'b', at: 10 },
    { prompt: 'c', at: 100 },
    { prompt: 'c', at: 200 },
    { prompt: 'd', at: 250 },
  ];
  const accepted = made.map(({ at }) => ({ decision: 'created', code: 200, arrivedAtMonoMs: at }));
  const refused = { decision: 'refused', code: 429, arrivedAtMonoMs: 150 };
  const tasks = made.map(({ at }, i) => ({ taskId: `t${i}`, endsAtMs: at + 1000 }));
  const queries = [
    { taskId: 't0', state: 'waiting', arrivedAtMs: 500 },
    { taskId: 't0', state: 'success', arrivedAtMs: 1100 },
    { taskId: 't0', state: 'success', arrivedAtMs: 5000 },
    { taskId: 't1', state: 'success', arrivedAtMs: 1310 },
  ];
  return {
    submissions: () => [...accepted, refused],
    queries: () => queries,
    tasks: () => tasks,
    chargesByPrompt: () => new Map(Object.entries({ a: 1, b: 1, c: 2, d: 1 })),
  } as unknown as Books;
}

test('an outcome is what the vendor’s books say, with times as in production', () => {
  const wanted = {
    limit: 2,
    windowMs: 100,
    prompts: ['a', 'b', 'c', 'd', 'e'],
    delivered: ['a', 'b', 'c'],
    scale: 0.1,
  };
  expect(outcomeOf(books(), wanted)).toEqual({
    // Five accepted are two windows and one: 200 ms at best, 250 were taken.
    efficiency: 0.8,
    posts: 6,
    refused: 1,
    pollsPerTask: 0.8,
    meanDelayS: 2,
    p95DelayS: 2.9,
    paidTwice: 1,
    surplusTasks: 1,
    paidNotDelivered: 1,
    notDelivered: 2,
  });
});
