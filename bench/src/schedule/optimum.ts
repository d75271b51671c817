import { scheduleFor, survivalAt, timelineOf, type PollSchedule, type Mixture, type Timeline } from '@kieq/domain';

/** Mean polls and mean delay of a schedule. */
export interface Means {
  readonly polls: number;
  readonly delayMs: number;
}

/** No rule but the distribution binds the optimum: any spacing, and a fine grid as far as any task can run. */
const UNBOUND = { minSpacingMs: 1, maxSpacingMs: 600_000, horizonMs: 86_400_000, places: 4_000, tailSurvival: 1e-6 };
const BISECTIONS = 40;

/** Distributions of tasks, each with its share of them. */
export interface Kind {
  readonly truth: Mixture;
  readonly timeline: Timeline;
  readonly share: number;
}

/** @param truths one for each task */
export function kindsOf(truths: readonly Mixture[]): Kind[] {
  return [...new Set(truths)].map((truth) => ({
    truth,
    timeline: timelineOf(truth, UNBOUND),
    share: truths.filter((one) => one === truth).length / truths.length,
  }));
}

/**
 * Mean delay of the optimal checking schedule that knows the true distribution of every task and makes `polls` polls
 * on average: one price for all of them, found by bisection. Schedules come in steps, so between the two next to the
 * wanted mean the optimum draws lots, which makes it as good as it can be.
 */
export function optimalDelayMs(kinds: readonly Kind[], polls: number): number {
  let low = Math.log(1);
  let high = Math.log(1e7);
  for (let i = 0; i < BISECTIONS; i += 1) {
    const middle = (low + high) / 2;
    if (optimumAt(kinds, Math.exp(middle)).polls > polls) low = middle;
    else high = middle;
  }
  const [more, fewer] = [optimumAt(kinds, Math.exp(low)), optimumAt(kinds, Math.exp(high))];
  const lot = more.polls === fewer.polls ? 0 : (more.polls - polls) / (more.polls - fewer.polls);
  return more.delayMs + lot * (fewer.delayMs - more.delayMs);
}

/** The optimum at a price of a poll. */
export function optimumAt(kinds: readonly Kind[], costRatioMs: number): Means {
  const sum = { polls: 0, delayMs: 0 };
  for (const { truth, timeline, share } of kinds) {
    const { polls, delayMs } = meansOf(scheduleFor(timeline, costRatioMs, UNBOUND), truth);
    sum.polls += share * polls;
    sum.delayMs += share * delayMs;
  }
  return sum;
}

/** What a schedule costs under a distribution, which need not be the one that it was made for. */
function meansOf({ pollAgesMs }: Pick<PollSchedule, 'pollAgesMs'>, truth: Mixture): Means {
  let polls = 0;
  let foundAtMs = 0;
  let lastMs = 0;
  for (const ageMs of pollAgesMs) {
    const running = survivalAt(truth, lastMs);
    polls += running;
    foundAtMs += running * (ageMs - lastMs);
    lastMs = ageMs;
  }
  return { polls, delayMs: foundAtMs - truth.meanMs };
}
