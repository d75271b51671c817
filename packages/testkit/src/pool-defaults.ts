import type { Timings } from '@kieq/domain';
import type { SharedSettings } from '@kieq/ledger';
import type { SimulatorConfiguration } from '@kieq/simulator';

/**
 * Small numbers, so that a whole life passes in a second. Not so the time for a response: on a busy machine an ordinary
 * one takes a second, and must not count as lost.
 */
export const SETTINGS: SharedSettings = {
  submitLimit: 100,
  submitWindowMs: 100,
  submitTimeoutMs: 5000,
  maxInFlight: 10_000,
  pollLimitPerSecond: 1000,
  unknownWindowMs: 60_000,
  onUnknown: 'hold',
  creditDeadlineMs: 60_000,
  deadlineMs: 60_000,
  holdMs: 60_000,
  retentionMs: 600_000,
};

const ARCHIVE_TIMES = { archiveHeadMs: 5000, archiveStallMs: 5000, archiveTotalMs: 20_000, archivePosterMs: 10_000 };

/** What does not scale: a process needs its time to answer, and to plan. */
export const TIMES: Partial<Timings> = { sendBeforeMs: 1000, leaseGraceMs: 200, pollPlanMs: 500, ...ARCHIVE_TIMES };

/** A simulated Kie that answers at once and finishes tasks within a tenth of a second. */
export const SIMULATOR: SimulatorConfiguration = {
  apiKey: 'test-key-0123456789',
  rateLimit: null,
  createLatency: { minMs: 1, maxMs: 5 },
  queryLatency: { minMs: 0, maxMs: 1 },
  generation: { kind: 'uniform', minMs: 20, maxMs: 100 },
  results: 'tiny',
};
