/**
 * Times of our own policy, in ms. They are not in the environment, because no operator should have to choose them.
 * Tests shrink them all together with `scaleTimings`.
 */
export interface Timings {
  /** From admission until the first byte of the POST must have been written; later, the attempt refuses itself. */
  readonly sendBeforeMs: number;
  /** Added to send deadline and request timeout before an attempt's lease ends and it counts as `unknown`. */
  readonly leaseGraceMs: number;
  /** Delay of the single retry of a refusal in validation wording. */
  readonly validationRetryMs: number;
  /** Backoff of `server_error` and `not_sent`: first delay and cap. */
  readonly retryBaseMs: number;
  readonly retryCapMs: number;
  /** Balance probes while the credits gate is closed: first and longest interval. */
  readonly probeFirstMs: number;
  readonly probeCapMs: number;
  /**
   * The balance is read at this interval while the credits gate is open, so that operators see credits run low in time.
   */
  readonly balanceMs: number;
  /** Canaries of the half-open gates: first and longest interval. */
  readonly canaryFirstMs: number;
  readonly canaryCapMs: number;
  /**
   * Canaries of the unreachable gate, which closes after failed connections, not after a refusal: first and longest
   * interval.
   */
  readonly unreachableFirstMs: number;
  readonly unreachableCapMs: number;
  /** A row of equal refusals, and what the gate *refusing* learned, are forgotten after this long. */
  readonly refusingMemoryMs: number;
  /** recordInfo may not know a new task for this long (docs/kie/facts.md#recordinfo). */
  readonly freshTaskMs: number;
  /** Kie's denials must span at least this long before a task counts as lost. */
  readonly taskLostMs: number;
  /** No verdict for this long: dead `task_stuck`. */
  readonly taskStuckMs: number;
  /** A success without a result is polled again for this long; then dead `result_unreadable`. */
  readonly resultWaitMs: number;
  /** Shortest pause after a poll that learned nothing of the task; see `blindPollDelayMs`. */
  readonly pollMinMs: number;
  /** Shortest interval between plans of the poll schedule, each from what was learned and from the present load. */
  readonly pollPlanMs: number;
  /** A delivery: timeout of one try, backoff from first to longest pause, and when it is given up. */
  readonly notifyTimeoutMs: number;
  readonly notifyBaseMs: number;
  readonly notifyCapMs: number;
  readonly notifyGiveUpMs: number;
  /**
   * Saving a result: time to the head of its response; for the next 64 KiB; waiting for the sender in total; backoff.
   */
  readonly archiveHeadMs: number;
  readonly archiveStallMs: number;
  readonly archiveTotalMs: number;
  readonly archiveBaseMs: number;
  readonly archiveCapMs: number;
  /** Longest run of ffmpeg for one poster. */
  readonly archivePosterMs: number;
  /**
   * An older link of Kie's upload service is not submitted: files were seen to be gone after 24 h
   * (docs/kie/facts.md#rules-of-the-account).
   */
  readonly uploadFreshMs: number;
  /** Sweeper period, and how long a missing vehicle may stay unnoticed at first. */
  readonly sweepMs: number;
  readonly vehicleCheckMs: number;
  /**
   * Interval of a worker's announcements; a worker that is silent for 4.5 intervals counts as gone
   * (docs/decisions/0024).
   */
  readonly announceMs: number;
}

export const TIMINGS: Timings = {
  sendBeforeMs: 5_000,
  leaseGraceMs: 5_000,
  validationRetryMs: 30_000,
  retryBaseMs: 2_000,
  retryCapMs: 120_000,
  probeFirstMs: 30_000,
  probeCapMs: 300_000,
  balanceMs: 300_000,
  canaryFirstMs: 60_000,
  canaryCapMs: 600_000,
  unreachableFirstMs: 5_000,
  unreachableCapMs: 60_000,
  refusingMemoryMs: 1_800_000,
  freshTaskMs: 90_000,
  taskLostMs: 1_800_000,
  taskStuckMs: 86_400_000,
  resultWaitMs: 1_800_000,
  pollMinMs: 5_000,
  pollPlanMs: 5_000,
  notifyTimeoutMs: 15_000,
  notifyBaseMs: 5_000,
  notifyCapMs: 3_600_000,
  notifyGiveUpMs: 86_400_000,
  archiveHeadMs: 30_000,
  archiveStallMs: 30_000,
  archiveTotalMs: 3_600_000,
  archiveBaseMs: 5_000,
  archiveCapMs: 600_000,
  archivePosterMs: 30_000,
  uploadFreshMs: 72_000_000,
  sweepMs: 5_000,
  vehicleCheckMs: 120_000,
  announceMs: 10_000,
};

const TIMING_NAMES = Object.keys(TIMINGS).filter((name): name is keyof Timings => name in TIMINGS);

/**
 * All timings multiplied by `scale` and rounded up to at least 1 ms.
 * @param scale 1 in production; tests use small fractions. Must be above 0.
 */
export function scaleTimings(scale: number, timings: Timings = TIMINGS): Timings {
  const scaled: { -readonly [Name in keyof Timings]: number } = { ...timings };
  for (const name of TIMING_NAMES) scaled[name] = Math.max(1, Math.ceil(timings[name] * scale));
  return scaled;
}
