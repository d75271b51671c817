import type { SettingKind } from './heads.ts';

/** The settings of the pool that scripts read, by their name in Redis. */
export const SETTINGS: Readonly<Record<string, SettingKind>> = {
  submitLimit: 20,
  submitWindowMs: 10000,
  submitTimeoutMs: 20000,
  maxInFlight: 600,
  pollLimitPerSecond: 10,
  unknownWindowMs: 1800000,
  creditDeadlineMs: 3600000,
  deadlineMs: 86400000,
  holdMs: 86400000,
  retentionMs: 7776000000,
  archiveLinkTtlMs: 86400000,
  accountFingerprint: 'text',
};
