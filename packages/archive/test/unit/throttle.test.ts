import { expect, test } from 'vitest';
import { Throttle } from '../../src/throttle.ts';

test('bytes pass at their rate, over all who ask; idle time is not saved up', async () => {
  let nowMs = 1000;
  const waits: number[] = [];
  const throttle = new Throttle(100_000, { now: () => nowMs, sleep: async (ms) => void waits.push(ms) });
  await Promise.all([throttle.pass(1000), throttle.pass(1000), throttle.pass(500)]);
  expect(waits).toEqual([10, 20, 25]);
  nowMs += 60_000;
  await throttle.pass(1000);
  expect(waits.at(-1)).toBe(10);
});

test('less than a timer can wait is owed', async () => {
  const waits: number[] = [];
  const throttle = new Throttle(1_000_000, { now: () => 0, sleep: async (ms) => void waits.push(ms) });
  for (let i = 0; i < 10; i += 1) await throttle.pass(300);
  expect(waits[0]).toBeCloseTo(1.2);
  expect(waits.at(-1)).toBeCloseTo(3);
});

test('without a limit no caller waits', async () => {
  const throttle = new Throttle(0, { sleep: () => Promise.reject(new Error('waited')) });
  await expect(throttle.pass(10_000_000_000)).resolves.toBeUndefined();
});
