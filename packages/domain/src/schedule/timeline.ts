import { ageAtSurvival, survivalAt, type Mixture } from './mixture.ts';
import { at, lowerBound } from './numbers.ts';
import { SCHEDULE, type ScheduleOptions } from './options.ts';

/**
 * A distribution made discrete: the ages at which a poll may be planned, with the probability of still running there.
 * Index 0 is the age of 0. Up to `tailFrom` the optimiser chooses among them; from there on each one is a poll.
 */
export interface Timeline {
  readonly agesMs: Float64Array;
  /** Never ascending. */
  readonly survival: Float64Array;
  readonly tailFrom: number;
  readonly meanMs: number;
}

export type TimelineOptions = Pick<ScheduleOptions, 'minSpacingMs' | 'maxSpacingMs' | 'horizonMs'> & {
  /** Number of places for polls before the tail; more are more exact and slower. Default 400. */
  readonly places?: number;
  /** The tail begins where no more than this share of the tasks still runs. Default 0.005. */
  readonly tailSurvival?: number;
};

/** Before this share of the tasks has ended no poll can be worth its price. */
const HEAD = 0.0005;
/** The first pause of the tail as a share of the age, and how each pause exceeds the one before. */
const TAIL_START = 1 / 16;
const TAIL_GROWTH = 1.25;

/** Takes some 3 ms with 200 completion times; what is planned on it is much cheaper, so keep it per kind and sample. */
export function timelineOf(mixture: Mixture, options: TimelineOptions = SCHEDULE): Timeline {
  const { minSpacingMs, horizonMs, places = 400, tailSurvival = 0.005 } = options;
  const end = Math.min(horizonMs, Math.max(2 * minSpacingMs, ageAtSurvival(mixture, tailSurvival)));
  const start = Math.min(end / 2, ageAtSurvival(mixture, 1 - HEAD));
  const step = Math.log(end / start) / (places - 1);
  const body = Array.from({ length: places - 1 }, (_, i) => start * Math.exp(i * step));
  const agesMs = Float64Array.from([0, ...body, end, ...tailAfter(end, options)]);
  const survival = agesMs.map((ageMs) => survivalAt(mixture, ageMs));
  // The approximation of the normal distribution may rise by 1e-7, and the optimiser relies on it never doing so.
  for (let i = 1; i < survival.length; i += 1) survival[i] = Math.min(at(survival, i - 1), at(survival, i));
  return { agesMs, survival, tailFrom: places, meanMs: mixture.meanMs };
}

/** The probability of still running at any age, straight between the places; 0 beyond the horizon. */
export function survivalOn({ agesMs, survival }: Timeline, ageMs: number): number {
  const after = lowerBound(agesMs, ageMs);
  if (after === 0) return 1;
  if (after === agesMs.length) return 0;
  const part = (ageMs - at(agesMs, after - 1)) / (at(agesMs, after) - at(agesMs, after - 1));
  return at(survival, after - 1) * (1 - part) + at(survival, after) * part;
}

/** Pauses that grow in proportion to the age, up to the longest one; the last poll is at the horizon. */
function tailAfter(end: number, { minSpacingMs, maxSpacingMs, horizonMs }: TimelineOptions): number[] {
  const ages: number[] = [];
  let pause = Math.max(minSpacingMs, end * TAIL_START);
  for (let age = end + pause; age <= horizonMs - minSpacingMs; age += pause) {
    ages.push(age);
    pause = Math.min(Math.max(maxSpacingMs, minSpacingMs), pause * TAIL_GROWTH);
  }
  return end < horizonMs ? [...ages, horizonMs] : ages;
}
