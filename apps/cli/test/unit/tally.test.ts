import { expect, test } from 'vitest';
import { tallyOf, type Outcome } from '../../src/enqueue/tally.ts';

const made: Outcome = { id: 'gen_1', created: true };
const old: Outcome = { id: 'gen_2', created: false };
const failed = (code: 'idempotency_conflict' | 'redis_unavailable' | 'redis_refused'): Outcome => ({
  error: { code, message: 'no' },
});

test('a batch without an answer is unknown, and never counted as not enqueued', () => {
  const outcomes = [made, made, old, failed('idempotency_conflict')];
  expect(tallyOf(10, outcomes, 4)).toEqual({ enqueued: 2, existed: 1, notEnqueued: 3, unknown: 4, refused: 1 });
});

test('so is one request of an answered batch', () => {
  const outcomes = [made, failed('redis_unavailable'), failed('redis_refused')];
  expect(tallyOf(3, outcomes, 0)).toEqual({ enqueued: 1, existed: 0, notEnqueued: 0, unknown: 2, refused: 0 });
});
