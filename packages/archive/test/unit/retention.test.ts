import { expect, test } from 'vitest';
import { planRemoval, type ArchivedOne, type RetentionLimits } from '../../src/index.ts';

const NOW = 1_000_000;
const file = (name: string, ageMs: number, change: Partial<ArchivedOne> = {}): ArchivedOne => ({
  name,
  bytes: 10,
  modifiedAt: NOW - ageMs,
  standing: 'done',
  ...change,
});
const plan = (files: readonly ArchivedOne[], limits: Partial<RetentionLimits> = {}): string[] =>
  planRemoval(files, { now: NOW, isUnknownWanted: false, ...limits }).map(({ name, why }) => `${name} ${why}`);

test('without limits only what was purged goes', () => {
  const files = [
    file('a', 5),
    file('b', 999_999, { standing: 'purged' }),
    file('c', 7, { standing: 'unknown' }),
    file('d', 9, { standing: 'unfinished' }),
  ];
  expect(plan(files)).toEqual(['b purged']);
  expect(plan(files, { isUnknownWanted: true })).toEqual(['b purged', 'c unknown']);
});

test('by age, what is older than the limit', () => {
  expect(plan([file('young', 100), file('old', 101), file('oldest', 900)], { maxAgeMs: 100 })).toEqual([
    'oldest age',
    'old age',
  ]);
});

test('by size, the oldest until the rest fits; what goes anyhow counts first', () => {
  const files = [file('1', 1), file('2', 2), file('3', 3), file('4', 4), file('p', 0, { standing: 'purged' })];
  expect(plan(files, { maxBytes: 40 })).toEqual(['p purged']);
  expect(plan(files, { maxBytes: 25 })).toEqual(['4 size', '3 size', 'p purged']);
  expect(plan(files, { maxBytes: 0 })).toHaveLength(5);
});

test('what a generation still waits for stays, whatever the limits', () => {
  const files = [file('waits', 999, { standing: 'unfinished' }), file('done', 1)];
  expect(plan(files, { maxAgeMs: 100, maxBytes: 0, isUnknownWanted: true })).toEqual(['done size']);
});

test('a poster stays and goes with its video, behind it, and counts with it', () => {
  const files = [
    file('old.poster.jpg', 90, { bytes: 1 }),
    file('old.mp4', 101),
    file('new.mp4', 50),
    file('new.poster.jpg', 200, { bytes: 1 }),
  ];
  expect(plan(files, { maxAgeMs: 100 })).toEqual(['old.mp4 age', 'old.poster.jpg age']);
  expect(plan(files, { maxBytes: 21 })).toEqual(['old.mp4 size', 'old.poster.jpg size']);
  // Both are 22 bytes: only with the poster's the rest fits.
  expect(plan(files, { maxBytes: 11 })).toEqual(['old.mp4 size', 'old.poster.jpg size']);
  const purged = files.map((one) => ({ ...one, standing: 'purged' as const }));
  expect(plan(purged)).toHaveLength(4);
});

test('a poster without its video goes always, but where results are still waited for', () => {
  const files = [
    file('a-2.mp4', 1),
    file('a.poster.jpg', 1),
    file('b.poster.jpg', 1, { standing: 'unknown' }),
    file('c.poster.jpg', 1, { standing: 'unfinished' }),
    file('picture.jpg', 1),
  ];
  expect(plan(files)).toEqual(['a.poster.jpg alone', 'b.poster.jpg alone']);
});
