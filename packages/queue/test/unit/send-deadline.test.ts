import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SendDeadline } from '../../src/submit/send-deadline.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'Date'], now: 1_754_000_000_000 }));
afterEach(() => void vi.useRealTimers());

// @guarantee G1
test('allows sending until its budget is used up, and never again', () => {
  const deadline = new SendDeadline(5000);
  expect(deadline.maySend()).toBe(true);
  vi.advanceTimersByTime(4999);
  expect(deadline.maySend()).toBe(true);
  vi.advanceTimersByTime(1);
  expect(deadline.maySend()).toBe(false);
  vi.advanceTimersByTime(60_000);
  expect(deadline.maySend()).toBe(false);
});

test('a suspended machine shows on the wall clock only', () => {
  const deadline = new SendDeadline(5000);
  vi.setSystemTime(Date.now() + 5000);
  expect(deadline.maySend()).toBe(false);
});

test('a wall clock that is set back does not prolong it', () => {
  const deadline = new SendDeadline(5000);
  vi.advanceTimersByTime(5000);
  vi.setSystemTime(Date.now() - 3_600_000);
  expect(deadline.maySend()).toBe(false);
});
