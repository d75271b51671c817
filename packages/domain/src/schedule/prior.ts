import { SCHEDULE } from './options.ts';

/** A log-normal distribution of completion times: ln of the time is normal around ln(`medianMs`) with `sigma`. */
export interface LogNormal {
  readonly medianMs: number;
  readonly sigma: number;
}

/** What makes the completion times of two tasks comparable, in addition to the model. */
export interface RequestKind {
  /** Length of the clip in s, as requested; Kie's `duration` is a string, models differ. */
  readonly durationSeconds?: number;
  readonly sound?: boolean;
}

/** Wide: 95 % between a quarter and four times the median. */
const PRIOR_SIGMA = 0.7;
const BASE_DURATION_SECONDS = 5;
/**
 * Longer clips take longer, but less than in proportion: part of the time is queueing at Kie. An assumption that data
 * soon replaces.
 */
const DURATION_EXPONENT = 0.6;
const SOUND_FACTOR = 1.15;

/**
 * The expected completion times before any were seen: minutes; 127–165 s on a neighbouring model, 786 s on another
 * (docs/kie/facts.md#kling-26image-to-video). A duration that is missing or makes no sense counts as 5 s.
 * @param priorMedianMs median of a silent clip of 5 s
 */
export function priorFor(kind: RequestKind, priorMedianMs: number = SCHEDULE.priorMedianMs): LogNormal {
  const asked = kind.durationSeconds ?? BASE_DURATION_SECONDS;
  const seconds = Number.isFinite(asked) && asked > 0 ? Math.min(asked, 600) : BASE_DURATION_SECONDS;
  const length = (seconds / BASE_DURATION_SECONDS) ** DURATION_EXPONENT;
  return { medianMs: priorMedianMs * length * (kind.sound === true ? SOUND_FACTOR : 1), sigma: PRIOR_SIGMA };
}
