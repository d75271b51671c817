import { SCHEDULE } from './options.ts';
import { survivalOn, type Timeline } from './timeline.ts';

/** A planned poll. */
export interface PlannedPoll {
  /** Age of the task when the poll is due. */
  readonly ageMs: number;
  /** Its age at the last poll, which found it running; 0 if there was none. */
  readonly lastPollAgeMs: number;
  /** Share of callbacks that never come; 1 where callbacks are off. Default 1. */
  readonly callbackLoss?: number;
}

/** Classes of polls, the likeliest first. A poll that a callback asked for has none: it goes before all. */
export const POLL_CLASSES = { likely: 0, possible: 1, unlikely: 2 } as const;
export type PollClass = (typeof POLL_CLASSES)[keyof typeof POLL_CLASSES];

/** Number of ranks (BullMQ's largest priority): two years of `agingMs`, then they begin again at 1. */
const RANKS = 2 ** 21 - 1;

const LIKELY = 0.25;
const POSSIBLE = 0.05;

/** By the probability that the task ended between its last poll and this one. */
export function pollClass(poll: PlannedPoll, timeline: Timeline): PollClass {
  const chance = endedChance(poll, timeline);
  if (chance >= LIKELY) return POLL_CLASSES.likely;
  return chance >= POSSIBLE ? POLL_CLASSES.possible : POLL_CLASSES.unlikely;
}

/**
 * The rank of a poll among those that wait for the budget, lowest first; equals go first come, first served. A poll of
 * a lower class counts as if it were due `agingMs` later for each class. So its rank never changes, and no poll that
 * comes due more than two `agingMs` after it goes ahead of it: no task starves, however many rank better.
 * @param dueAtMs since the epoch, by one clock for all polls
 * @returns 1 or more
 */
export function pollRank(dueAtMs: number, ofClass: PollClass, agingMs: number = SCHEDULE.agingMs): number {
  return ((Math.floor(dueAtMs / agingMs) + ofClass) % RANKS) + 1;
}

/**
 * The probability that a task ended between its last poll and now, if no callback came: by Bayes, since an end without
 * a callback has the probability of its loss. Tasks beyond the horizon of the timeline count as ended.
 */
export function endedChance({ ageMs, lastPollAgeMs, callbackLoss = 1 }: PlannedPoll, timeline: Timeline): number {
  const before = survivalOn(timeline, lastPollAgeMs);
  if (before === 0) return 1;
  const running = survivalOn(timeline, Math.max(ageMs, lastPollAgeMs)) / before;
  const endedSilently = callbackLoss * (1 - running);
  return endedSilently === 0 ? 0 : endedSilently / (endedSilently + running);
}
