/**
 * Completion times of a kind in ms, newest first: from acceptance to the verdict by Kie's own clock
 * (`completeTime − createTime`), so that no skew between clocks gets in.
 */
export type CompletionSample = readonly number[];

/** Completion times remembered per kind. */
export const SAMPLE_SIZE = 200;
/** A completion time counts half as much as one that is this many tasks newer. */
const HALF_LIFE_TASKS = 100;

/** A completion time on the logarithmic axis with what it counts; weights of a sample sum to 1. */
export interface WeightedLog {
  readonly log: number;
  readonly weight: number;
}

/** The newest completion times that can be true: at least 1 and at most `horizonMs`. */
export function credibleSample(sample: CompletionSample, horizonMs: number): number[] {
  return sample.filter((ms) => Number.isFinite(ms) && ms >= 1 && ms <= horizonMs).slice(0, SAMPLE_SIZE);
}

/** Newer completion times count more, so that the schedule follows a vendor that becomes slower or faster. */
export function weightedLogs(credible: CompletionSample): WeightedLog[] {
  const weights = credible.map((_, age) => 2 ** (-age / HALF_LIFE_TASKS));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return credible.map((ms, age) => ({ log: Math.log(ms), weight: (weights[age] ?? 0) / total }));
}

/** The number of equally weighted completion times with the same information (Kish). */
export function effectiveSize(logs: readonly WeightedLog[]): number {
  return logs.length === 0 ? 0 : 1 / logs.reduce((sum, { weight }) => sum + weight * weight, 0);
}
