import { expect, test } from 'vitest';
import { drawBytes } from '../../src/random-pool.ts';

test('bytes are given out once each, and stay as they are when the pool is filled again', () => {
  const drawn = Array.from({ length: 2000 }, () => drawBytes(16));
  const texts = drawn.map((bytes) => Buffer.from(bytes).toString('hex'));
  expect(new Set(texts).size).toBe(2000);
  expect(drawn.every(({ length }) => length === 16)).toBe(true);
  // Of 32 000 bytes of chance each value comes up about 125 times.
  const counts = new Map<number, number>();
  for (const byte of drawn.flatMap((bytes) => [...bytes])) counts.set(byte, (counts.get(byte) ?? 0) + 1);
  expect(counts.size).toBe(256);
  expect(Math.max(...counts.values())).toBeLessThan(250);
});
