import { expect, test } from 'vitest';
import { cached } from '../../src/cached.ts';

test('reads once for all who ask meanwhile, and again when it is too old', async () => {
  let nowMs = 0;
  let reads = 0;
  const read = cached(
    () => Promise.resolve((reads += 1)),
    100,
    () => nowMs,
  );
  expect(await Promise.all([read(), read(), read()])).toEqual([1, 1, 1]);
  nowMs = 99;
  expect(await read()).toBe(1);
  nowMs = 100;
  expect(await read()).toBe(2);
});

test('remembers no failure', async () => {
  let reads = 0;
  const read = cached(
    () => ((reads += 1) === 1 ? Promise.reject(new Error('away')) : Promise.resolve('here')),
    100,
    () => 0,
  );
  await expect(Promise.all([read(), read()])).rejects.toThrow('away');
  expect(reads).toBe(1);
  expect(await read()).toBe('here');
});
