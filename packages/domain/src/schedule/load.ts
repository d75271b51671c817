import { SCHEDULE, type ScheduleOptions } from './options.ts';
import { scheduleFor, type PollSchedule } from './schedule.ts';
import type { Timeline } from './timeline.ts';

/** The tasks of one kind that are running now. */
export interface KindInFlight {
  readonly timeline: Timeline;
  readonly inFlight: number;
}

export type LoadOptions = Pick<ScheduleOptions, 'costRatioMs' | 'minSpacingMs' | 'maxSpacingMs'> & {
  /** Status queries per second of the whole fleet. Default 10. */
  readonly budgetPerSecond?: number;
  /**
   * The part of the budget that planned polls may use; the rest is for bursts of callbacks and for repeats. Default
   * 0.8.
   */
  readonly budgetShare?: number;
  /** Share of the tasks whose callback never comes, above 0; 1 where callbacks are off. Default 1. */
  readonly callbackLoss?: number;
};

export interface LoadPlan {
  /** The price of a poll at which all kinds together fit. */
  readonly costRatioMs: number;
  /** One for each kind, in the order given. */
  readonly schedules: readonly PollSchedule[];
  /** Expected polls per task, averaged over the tasks that end. */
  readonly pollsPerTask: number;
  /** Expected polls per second of the fleet. */
  readonly pollsPerSecond: number;
  /** Even with the fewest polls there is more demand than the share of the budget: polls wait in the queue. */
  readonly isSaturated: boolean;
}

/** Assumed with callbacks on, until the pool has counted its own losses. */
export const CALLBACK_LOSS = 0.02;
/** A pool that loses more callbacks than this cannot rely on them: the price alone decides. */
const RELIABLE_LOSS = 0.1;
/**
 * The most polls per task with reliable callbacks: the promise is 1.1, and what is learned lags behind a vendor that
 * becomes slower.
 */
const MOST_POLLS_WITH_CALLBACKS = 1.04;
/** Fewer polls per task than this cost much delay and save almost nothing: overload raises the price no further. */
const FEWEST_POLLS = 1.08;
const HIGHEST_COST_RATIO = 1e5;
const BISECTIONS = 24;

/**
 * The schedules of all kinds for the present load: the lowest price of a poll, at least `costRatioMs`, at which the
 * expected polls stay within the share of the budget. One price for all, so that no kind's poll could be spent better
 * on another. Callbacks that come save delay but no polls, so losing the share q of them is the same as a price of c ÷
 * q.
 */
export function planLoad(kinds: readonly KindInFlight[], options: LoadOptions = SCHEDULE): LoadPlan {
  const { budgetPerSecond = 10, budgetShare = 0.8, callbackLoss = 1 } = options;
  const endsPerSecond = kinds.reduce((sum, kind) => sum + endsPerSecondOf(kind), 0);
  const affordable = endsPerSecond > 0 ? (budgetShare * budgetPerSecond) / endsPerSecond : Infinity;
  const mostPolls = callbackLoss <= RELIABLE_LOSS ? MOST_POLLS_WITH_CALLBACKS : Math.max(FEWEST_POLLS, affordable);
  const costRatioMs = lowestFitting(
    options.costRatioMs / Math.max(1e-3, Math.min(1, callbackLoss)),
    (cost) => pollsPerTask(kinds, schedulesAt(kinds, cost, options)) <= mostPolls,
  );
  const schedules = schedulesAt(kinds, costRatioMs, options);
  const polls = pollsPerTask(kinds, schedules);
  const pollsPerSecond = polls * endsPerSecond;
  const isSaturated = pollsPerSecond > budgetShare * budgetPerSecond * 1.001;
  return { costRatioMs, schedules, pollsPerTask: polls, pollsPerSecond, isSaturated };
}

/** By Little's law. */
function endsPerSecondOf({ timeline, inFlight }: KindInFlight): number {
  return (inFlight * 1000) / timeline.meanMs;
}

function schedulesAt(kinds: readonly KindInFlight[], costRatioMs: number, options: LoadOptions): PollSchedule[] {
  return kinds.map(({ timeline }) => scheduleFor(timeline, costRatioMs, options));
}

/** A kind without tasks counts as if it had a few, so that its first task has a plan like the others'. */
function pollsPerTask(kinds: readonly KindInFlight[], schedules: readonly PollSchedule[]): number {
  const weights = kinds.map((kind) => Math.max(endsPerSecondOf(kind), 1e-6));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const polls = weights.reduce((sum, weight, i) => sum + weight * (schedules[i]?.expectedPolls ?? 0), 0);
  return total === 0 ? 0 : polls / total;
}

/**
 * The number of polls never grows with the price, so halving the interval, on a logarithmic scale, finds the lowest
 * that fits.
 */
function lowestFitting(least: number, fits: (costRatioMs: number) => boolean): number {
  if (fits(least)) return least;
  let low = Math.log(least);
  let high = Math.log(least * HIGHEST_COST_RATIO);
  for (let i = 0; i < BISECTIONS; i += 1) {
    const middle = (low + high) / 2;
    if (fits(Math.exp(middle))) high = middle;
    else low = middle;
  }
  return Math.exp(high);
}
