import {
  CALLBACK_LOSS,
  completionDistribution,
  nextPollDelayMs,
  planLoad,
  priorFor,
  SAMPLE_SIZE,
  SCHEDULE,
  scheduleFor,
  timelineOf,
  type PollSchedule,
  type Timeline,
} from '@kieq/domain';
import type { Poller } from './simulate.ts';

/** Ends between two schedules, about 25 s: rarer than workers rebuild, so nothing here is owed to haste. */
const REBUILD_AFTER = 5;

/** Our schedule without callbacks. */
export function learner(): Poller {
  return learning((timeline) => scheduleFor(timeline, SCHEDULE.costRatioMs));
}

/** Our schedule with callbacks on; that none comes, it does not learn. */
export function fallback(): Poller {
  return learning(fallbackSchedule);
}

/** The schedule of one kind with callbacks on and next to no load. */
function fallbackSchedule(timeline: Timeline): PollSchedule {
  const plan = planLoad([{ timeline, inFlight: 1 }], { ...SCHEDULE, callbackLoss: CALLBACK_LOSS });
  const [schedule] = plan.schedules;
  if (schedule === undefined) throw new RangeError('a plan without the schedule of its only kind');
  return schedule;
}

/** Begins with nothing but the prior and learns as ends are found. */
function learning(planned: (timeline: Timeline) => PollSchedule): Poller {
  const sample: number[] = [];
  let ends = 0;
  let schedule = build();
  return {
    nextAgeMs: (lastPollAgeMs) => lastPollAgeMs + nextPollDelayMs(schedule, lastPollAgeMs),
    learn(completionMs) {
      sample.unshift(completionMs);
      sample.splice(SAMPLE_SIZE);
      ends += 1;
      if (ends % REBUILD_AFTER === 0) schedule = build();
    },
  };

  function build(): PollSchedule {
    return planned(timelineOf(completionDistribution(sample, priorFor({}))));
  }
}

/** A schedule that learns nothing. */
export interface Baseline {
  readonly name: string;
  readonly poller: () => Poller;
}

/** @param pauseMs from the age of one poll, or of the beginning, to the next */
function unlearned(name: string, pauseMs: (ageMs: number) => number): Baseline {
  return { name, poller: () => ({ nextAgeMs: (ageMs) => ageMs + pauseMs(ageMs), learn: () => undefined }) };
}

/**
 * Kie's documentation asks for a poll every 2–3 s in the first half minute, then more and more rarely, 15–30 s at last,
 * and to give up after 10 to 15 minutes: here the middle of each range, without giving up.
 */
function documentedPauseMs(ageMs: number): number {
  if (ageMs < 30_000) return 2_500;
  return ageMs < 120_000 ? 7_500 : 22_500;
}

/** Pauses of 1, 2, 4 … s, so that the k-th poll is at the age of 2^k − 1 s, up to a pause of 60 s. */
function doublingPauseMs(ageMs: number): number {
  return Math.min(60_000, ageMs + 1_000);
}

export const BASELINES: readonly Baseline[] = [
  unlearned('fixed 5 s', () => 5_000),
  unlearned('fixed 15 s', () => 15_000),
  unlearned("Kie's documentation", documentedPauseMs),
  unlearned('exponential backoff', doublingPauseMs),
];
