import { SCHEDULE } from './options.ts';
import { survivalOn, type Timeline } from './timeline.ts';

/** A look that waits for its share of the budget. */
export interface WaitingLook {
  /** A callback asked for it. */
  readonly isHinted: boolean;
  /** Of the task, now. */
  readonly ageMs: number;
  /** At the last look, which found it running; 0 if there was none. */
  readonly lastLookAgeMs: number;
  /** Since the moment for which the look was planned; 0 if that is now or later. */
  readonly overdueMs: number;
  /** Share of callbacks that never come; 1 where callbacks are off. Default 1. */
  readonly callbackLoss?: number;
}

/** Classes of priority, 1 first; within a class, first come, first served. */
export const LOOK_PRIORITIES = { hinted: 1, likely: 2, possible: 3, unlikely: 4 } as const;

const LIKELY = 0.25;
const POSSIBLE = 0.05;

/**
 * The class of a look: 1 for a callback's, then by the probability that the task has ended since the last look.
 * Each full `agingMs` overdue raises it by one, so that after three of them every look is of the first class
 * and nothing that comes later goes ahead of it: no task starves, however many look better.
 */
export function lookPriority(look: WaitingLook, timeline: Timeline, agingMs: number = SCHEDULE.agingMs): number {
  const raised = Math.floor(Math.max(0, look.overdueMs) / agingMs);
  return Math.max(LOOK_PRIORITIES.hinted, classOf(look, timeline) - raised);
}

function classOf(look: WaitingLook, timeline: Timeline): number {
  if (look.isHinted) return LOOK_PRIORITIES.hinted;
  const chance = endedChance(look, timeline);
  if (chance >= LIKELY) return LOOK_PRIORITIES.likely;
  return chance >= POSSIBLE ? LOOK_PRIORITIES.possible : LOOK_PRIORITIES.unlikely;
}

/**
 * The probability that a task ended between its last look and now, if no callback came: by Bayes, since an end
 * without a callback has the probability of its loss. Tasks that nobody expects to run any more count as ended.
 */
export function endedChance(
  { ageMs, lastLookAgeMs, callbackLoss = 1 }: Pick<WaitingLook, 'ageMs' | 'lastLookAgeMs' | 'callbackLoss'>,
  timeline: Timeline,
): number {
  const before = survivalOn(timeline, lastLookAgeMs);
  if (before === 0) return 1;
  const running = survivalOn(timeline, Math.max(ageMs, lastLookAgeMs)) / before;
  const endedSilently = callbackLoss * (1 - running);
  return endedSilently === 0 ? 0 : endedSilently / (endedSilently + running);
}
