/**
 * Defaults of the numeric settings that every worker of a pool shares and the ledger's scripts read. Times are in ms.
 * The catalogue of the environment, in `packages/config`, says what each means and takes its defaults from here; so
 * does the ledger for a pool that holds no settings yet.
 */
export const POOL_SETTING_DEFAULTS = {
  submitLimit: 20,
  submitWindowMs: 10_000,
  submitTimeoutMs: 20_000,
  maxInFlight: 600,
  pollLimitPerSecond: 10,
  pollLimitMaxPerSecond: 0,
  unknownWindowMs: 1_800_000,
  creditDeadlineMs: 3_600_000,
  deadlineMs: 86_400_000,
  holdMs: 86_400_000,
  archiveLinkTtlMs: 86_400_000,
  retentionMs: 7_776_000_000,
} as const;

export type PoolSettingName = keyof typeof POOL_SETTING_DEFAULTS;
