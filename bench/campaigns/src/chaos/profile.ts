/** How large and how wild a campaign is. Times in ms. */
export interface ChaosProfile {
  /** While it lasts, load is offered and things break; draining comes after it. */
  readonly durationMs: number;
  readonly workers: number;
  readonly gateways: number;
  /** Create calls per second of all callers together, while no fault slows them. */
  readonly ratePerSecond: number;
  /** From one event of the plan to the next, on average. */
  readonly eventEveryMs: number;
  readonly submitLimit: number;
  readonly submitWindowMs: number;
  readonly submitTimeoutMs: number;
  readonly pollLimitPerSecond: number;
  readonly unknownWindowMs: number;
  readonly holdMs: number;
  readonly lockMs: number;
  /** Whether Kie also swallows queries and always denies some tasks: their ends take long to come. */
  readonly slowFaults: boolean;
  /** How long everything may take to end once the faults have stopped. */
  readonly patienceMs: number;
}

/** What all campaigns have in common. */
const COMMON = {
  gateways: 2,
  submitLimit: 20,
  submitWindowMs: 1000,
  submitTimeoutMs: 1500,
  pollLimitPerSecond: 100,
  holdMs: 500,
  lockMs: 1000,
};

/** Of the default test command: a few seconds, each kind of event at least once. */
export const SHORT: ChaosProfile = {
  ...COMMON,
  workers: 2,
  durationMs: 11_000,
  ratePerSecond: 12,
  eventEveryMs: 500,
  unknownWindowMs: 2500,
  slowFaults: false,
  patienceMs: 60_000,
};

/** Of `pnpm chaos`. */
export function longProfile(minutes: number): ChaosProfile {
  return {
    ...COMMON,
    workers: 3,
    durationMs: minutes * 60_000,
    ratePerSecond: 14,
    eventEveryMs: 1200,
    unknownWindowMs: 15_000,
    slowFaults: true,
    // More is ordered than goes through among the faults: the backlog of each minute takes about 20 s in quiet.
    patienceMs: 180_000 + minutes * 30_000,
  };
}

/** Policy times ÷ 20: an attempt is sent within 0.25 s, a denied task is lost after 90 s, the sweeper comes every 0.25 s. */
export const TIME_SCALE = 0.05;
