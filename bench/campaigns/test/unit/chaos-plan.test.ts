import { expect, test } from 'vitest';
import { planChaos } from '../../src/chaos/plan.ts';
import { longProfile, SHORT } from '../../src/chaos/profile.ts';

test('the same seed is the same plan, another one is another', () => {
  expect(planChaos(7, SHORT)).toEqual(planChaos(7, SHORT));
  expect(planChaos(7, SHORT)).not.toEqual(planChaos(8, SHORT));
});

test.each([
  ['the short campaign', SHORT],
  ['ten minutes', longProfile(10)],
])('%s: every kind of deed at least once, in the order of time, while there is load', (_name, profile) => {
  const plan = planChaos(1, profile);
  const kinds = [
    'board-pause',
    'board-promote',
    'board-retry',
    'board-retry-all',
    'cancel',
    'cut',
    'delay',
    'duplicate',
    'forge',
    'freeze',
    'kie-outage',
    'kill',
    'no-credits',
    'redis-freeze',
    'redis-restart',
    'redrive',
  ];
  expect([...new Set(plan.map(({ kind }) => kind))].toSorted()).toEqual(kinds);
  const times = plan.map(({ atMs }) => atMs);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times[0]).toBeGreaterThanOrEqual(500);
  expect(times.at(-1)).toBeLessThanOrEqual(profile.durationMs);
});

test('workers stay frozen beyond their lock', () => {
  const plan = planChaos(3, longProfile(10));
  const frozen = plan.flatMap((deed) => (deed.kind === 'freeze' && deed.crew === 'worker' ? [deed.forMs] : []));
  expect(frozen.length).toBeGreaterThan(10);
  expect(Math.min(...frozen)).toBeGreaterThan(longProfile(10).lockMs);
});
