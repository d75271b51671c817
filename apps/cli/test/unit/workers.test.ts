import type { GenerationRecord } from '@kieq/ledger';
import type { Workforce } from '@kieq/queue';
import { describe, expect, it } from 'vitest';
import { liveText } from '../../src/follow/live-text.ts';
import { PLAIN } from '../../src/text/paint.ts';
import { balanceText } from '../../src/text/stats.ts';
import { lastSeen, missingWorkersText, workersLine, workersTable } from '../../src/text/workers.ts';

const NOW = 1_800_000_000_000;
const NO_WORKER: Workforce = { announced: [], hasEarlier: false, lastSeenMs: null, atMs: NOW };

function worker(id: string, version: string | null = '0.3.0') {
  return { id, version, host: 'here', sinceMs: NOW - 60_000, seenMs: NOW - 4000, queues: { submit: 20, poll: 5 } };
}

const line = (workers: Workforce, waiting = 0): string => workersLine({ workers, waiting }, PLAIN);

describe('who works', () => {
  it.each([
    [NO_WORKER, 'none; none was ever seen'],
    [{ ...NO_WORKER, lastSeenMs: NOW - 90_000 }, 'none; the last one was seen 1m 30s ago'],
    [{ ...NO_WORKER, hasEarlier: true }, 'at least one of an earlier version, which reports no details'],
    [{ ...NO_WORKER, announced: [worker('a'), worker('b')] }, '2 of 0.3.0'],
    [
      { ...NO_WORKER, announced: [worker('a'), worker('b', null), worker('c')], hasEarlier: true },
      '3 and at least one more (2 of 0.3.0, 1 of earlier, 1 of unknown)',
    ],
  ])('is told without more than is known: %#', (workers, text) => {
    expect(line(workers)).toBe(text);
  });

  it('is told one by one, without what a newer version tells otherwise', () => {
    const newer = { ...worker('b', null), host: null, sinceMs: null, seenMs: null, queues: null };
    const [, first, second] = workersTable({ ...NO_WORKER, announced: [worker('a'), newer] }, PLAIN).split('\n');
    expect(first).toMatch(/^ {2}a +0\.3\.0 +here +1m +4s ago +submit 20, poll 5$/);
    expect(second).toMatch(/^ {2}b +\? +\? +\? +\? +\?$/);
    expect(workersTable(NO_WORKER, PLAIN)).toBe('');
  });
});

it.each([
  [0, 'no worker is running'],
  [1, 'no worker is running, and 1 generation waits for one'],
  [7, 'no worker is running, and 7 generations wait for one'],
])('no worker: says how many generations wait: %i', (waiting, text) => {
  expect(missingWorkersText({ waiting })).toBe(text);
});

it('a clock that went back shows no worker in the future', () => {
  expect(lastSeen({ ...NO_WORKER, lastSeenMs: NOW + 5000 })).toBe('the last one was seen 0ms ago');
});

it.each([
  [{ balance: null, balanceAtMs: null, isOld: false }, 'not asked yet'],
  [{ balance: 0, balanceAtMs: NOW - 60_000, isOld: false }, '0 (asked 1m ago)'],
  [{ balance: 9.5, balanceAtMs: NOW - 7_200_000, isOld: true }, '9.5 (old: asked 2h ago, and not since)'],
  [{ balance: 9.5, balanceAtMs: null, isOld: true }, '9.5 (old: asked at an unknown time, and not since)'],
])('a balance is told with its age: %#', (credits, text) => {
  expect(balanceText(credits, NOW, PLAIN)).toBe(text);
});

it('a bar does not move while no worker runs', () => {
  const expectation = { share: () => 0.5, leftMs: () => 60_000 };
  const text = (state: 'generating' | 'succeeded', binding: string | null): string =>
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all that is read of it
    liveText({ id: 'gen_1', state, since: NOW - 5000 } as GenerationRecord, { nowMs: NOW, expectation, binding });
  expect(text('generating', null)).toContain('about 1m left');
  expect(text('generating', 'no-worker')).toBe('generating for 5s; no worker is running');
  expect(text('succeeded', 'no-worker')).toBe('succeeded');
});
