/** Limits of the poll schedule. All in ms, so that tests shrink them together with `scaleSchedule`. */
export interface ScheduleOptions {
  /** Shortest pause between two polls of one task. */
  readonly minSpacingMs: number;
  /** Longest pause beyond the distribution. */
  readonly maxSpacingMs: number;
  /** Age of the last poll: afterwards the task is stuck. Longer completion times are not believed either. */
  readonly horizonMs: number;
  /** The least price of one poll, as the ms of detection delay that it is worth. */
  readonly costRatioMs: number;
  /** A poll of a lower class counts as due this much later for each class; see `pollRank`. */
  readonly agingMs: number;
  /** Median completion time of a silent clip of 5 s before there is data; see `priorFor`. */
  readonly priorMedianMs: number;
}

/** Production values; docs/polling.md says why. */
export const SCHEDULE: ScheduleOptions = {
  minSpacingMs: 5_000,
  maxSpacingMs: 600_000,
  horizonMs: 86_400_000,
  costRatioMs: 3_000,
  agingMs: 30_000,
  priorMedianMs: 150_000,
};

/**
 * All times multiplied by `scale` and rounded up to at least 1 ms. Completion times have to shrink alike.
 * @param scale 1 in production; tests use small fractions. Must be above 0.
 */
export function scaleSchedule(scale: number, options: ScheduleOptions = SCHEDULE): ScheduleOptions {
  const scaled = (ms: number): number => Math.max(1, Math.ceil(ms * scale));
  return {
    minSpacingMs: scaled(options.minSpacingMs),
    maxSpacingMs: scaled(options.maxSpacingMs),
    horizonMs: scaled(options.horizonMs),
    costRatioMs: scaled(options.costRatioMs),
    agingMs: scaled(options.agingMs),
    priorMedianMs: scaled(options.priorMedianMs),
  };
}
