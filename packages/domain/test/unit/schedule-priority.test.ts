import {
  completionDistribution,
  endedChance,
  POLL_CLASSES,
  pollClass,
  pollRank,
  priorFor,
  timelineOf,
  type PlannedPoll,
} from '@kieq/domain';
import { describe, expect, test } from 'vitest';

const SAMPLE = Array.from({ length: 200 }, (_, i) => 100_000 + 100 * ((i * 37) % 200));
const TIMELINE = timelineOf(completionDistribution(SAMPLE, priorFor({})));
const { likely, possible, unlikely } = POLL_CLASSES;

describe('the class of a poll', () => {
  test.each<[string, Partial<PlannedPoll>, number]>([
    ['at a task that has probably ended', {}, likely],
    ['at a task that may have ended', { ageMs: 104_000 }, possible],
    ['at a task that has hardly begun', { ageMs: 20_000 }, unlikely],
    ['soon after the last poll', { ageMs: 400_000, lastPollAgeMs: 399_000 }, unlikely],
    ['beyond all that was ever seen', { ageMs: 90_000_000, lastPollAgeMs: 86_400_000 }, likely],
    ['at the age of 0', { ageMs: 0 }, unlikely],
    ['late in the distribution, but with no callback', { callbackLoss: 0.02, ageMs: 118_000 }, possible],
  ])('%s', (_what, change, expected) => {
    expect(pollClass({ ageMs: 130_000, lastPollAgeMs: 0, ...change }, TIMELINE)).toBe(expected);
  });
});

describe('the rank of a poll', () => {
  const NOW = 1_790_000_010_000;

  test('of two that are due together, the likelier goes first', () => {
    const ranks = [likely, possible, unlikely].map((ofClass) => pollRank(NOW, ofClass));
    expect(ranks).toEqual([ranks[0], (ranks[0] ?? 0) + 1, (ranks[0] ?? 0) + 2]);
  });

  test('nothing that comes due more than two aging steps later goes ahead, so that no task starves', () => {
    for (const agingMs of [30, 30_000])
      expect(pollRank(NOW, unlikely, agingMs)).toBeLessThanOrEqual(pollRank(NOW + 2 * agingMs, likely, agingMs));
  });

  test('is a priority that BullMQ takes, whatever the time', () => {
    for (let at = NOW; at < NOW + 5e12; at += 1e11) {
      expect(pollRank(at, unlikely)).toBeGreaterThanOrEqual(1);
      expect(pollRank(at, unlikely)).toBeLessThan(2 ** 21);
    }
  });
});

test('the chance of an end without callback is that of the loss, by Bayes', () => {
  const poll = { ageMs: 110_000, lastPollAgeMs: 0 };
  const ended = endedChance(poll, TIMELINE);
  const silent = endedChance({ ...poll, callbackLoss: 0.1 }, TIMELINE);
  expect(silent).toBeCloseTo((0.1 * ended) / (0.1 * ended + 1 - ended), 9);
  expect(endedChance({ ageMs: 50, lastPollAgeMs: 100 }, TIMELINE)).toBe(0);
});
