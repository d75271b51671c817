import { at, lowerBound } from './numbers.ts';
import { SCHEDULE, type ScheduleOptions } from './options.ts';
import { bestPolicy } from './policy.ts';
import type { Timeline } from './timeline.ts';

/** When to poll a task of one kind. */
export interface PollSchedule {
  /** The price of a poll for which this schedule is best. */
  readonly costRatioMs: number;
  /** Ages of the polls of a task that is polled exactly as planned; ascending, the last one at the horizon. */
  readonly pollAgesMs: readonly number[];
  /** Polls of one task, the one that finds its end included, if the distribution is right. */
  readonly expectedPolls: number;
  /** From the end of a task to the poll that finds it, on average, if no callback comes. */
  readonly expectedDelayMs: number;
  readonly minSpacingMs: number;
  readonly maxSpacingMs: number;
  readonly timeline: Timeline;
  /** Of `bestPolicy`: what to do after a poll that did not happen as planned. */
  readonly next: Int32Array;
}

/**
 * The schedule that minimises `costRatioMs` × polls + delay (Barlow, Hunter, Proschan 1963). Takes a fraction of a
 * millisecond.
 */
export function scheduleFor(
  timeline: Timeline,
  costRatioMs: number,
  { minSpacingMs, maxSpacingMs }: Pick<ScheduleOptions, 'minSpacingMs' | 'maxSpacingMs'> = SCHEDULE,
): PollSchedule {
  const next = bestPolicy(timeline, costRatioMs, minSpacingMs);
  const path = pathOf(timeline, next);
  return {
    costRatioMs,
    pollAgesMs: path.map((i) => at(timeline.agesMs, i)),
    ...expectationsOf(timeline, path),
    minSpacingMs,
    maxSpacingMs,
    timeline,
    next,
  };
}

/** The places of the polls, from the first one on. */
function pathOf({ agesMs, tailFrom }: Timeline, next: Int32Array): number[] {
  const path: number[] = [];
  for (let i = at(next, 0); i >= 0 && i < tailFrom; i = at(next, i)) path.push(i);
  for (let i = tailFrom; i < agesMs.length; i += 1) path.push(i);
  return path;
}

function expectationsOf(
  { agesMs, survival, meanMs }: Timeline,
  path: readonly number[],
): Pick<PollSchedule, 'expectedPolls' | 'expectedDelayMs'> {
  let expectedPolls = 0;
  let foundAtMs = 0;
  let last = 0;
  for (const i of path) {
    expectedPolls += at(survival, last);
    foundAtMs += at(survival, last) * (at(agesMs, i) - at(agesMs, last));
    last = i;
  }
  return { expectedPolls, expectedDelayMs: Math.max(0, foundAtMs - meanMs) };
}

/**
 * The longest that an ended task can stay unnoticed if every poll is made as planned, no callback comes, and it may
 * have ended at any moment: the longest pause between polls, the one before the first poll included.
 * @param untilAgeMs pauses that begin later do not count: by default those of the tail, which only very late tasks see
 */
export function longestPauseMs(schedule: PollSchedule, untilAgeMs: number = tailAgeMs(schedule)): number {
  const begins = [0, ...schedule.pollAgesMs];
  const pauses = schedule.pollAgesMs.map((ageMs, i) => (at(begins, i) < untilAgeMs ? ageMs - at(begins, i) : 0));
  return Math.max(0, ...pauses);
}

function tailAgeMs({ timeline }: PollSchedule): number {
  return at(timeline.agesMs, timeline.tailFrom);
}

/**
 * The pause until the next poll of a task.
 * @param ageMs of the task now
 * @param lastPollAgeMs its age at the last poll, which found it running: by default, that poll was now; 0 if there was
 *   none. Ages below 0 and polls in the future, from a clock that was set back, count as 0 and as now
 * @returns whole ms; 0 for a poll that is overdue after a restart, since the fleet's budget spaces those anyway
 */
export function nextPollDelayMs(schedule: PollSchedule, ageMs: number, lastPollAgeMs: number = ageMs): number {
  const now = Math.max(0, ageMs);
  const last = Math.min(now, Math.max(0, lastPollAgeMs));
  return Math.max(0, Math.ceil(nextPollAgeMs(schedule, last) - now));
}

/** The age of the best next poll, also after one that was late or early, or that a callback asked for. */
function nextPollAgeMs({ timeline, next, minSpacingMs, maxSpacingMs }: PollSchedule, lastPollAgeMs: number): number {
  const { agesMs, tailFrom } = timeline;
  const place = lowerBound(agesMs, lastPollAgeMs);
  const planned = place < tailFrom ? at(next, place) : -1;
  const earliest = lastPollAgeMs + minSpacingMs;
  if (planned >= 0) return Math.max(earliest, at(agesMs, planned));
  const inTail = Math.max(tailFrom, lowerBound(agesMs, earliest));
  return inTail < agesMs.length ? at(agesMs, inTail) : lastPollAgeMs + Math.max(minSpacingMs, maxSpacingMs);
}
