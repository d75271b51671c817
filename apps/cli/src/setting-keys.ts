import type { PoolSettings } from '@kieq/config';

type SettableName = Exclude<keyof PoolSettings, 'accountFingerprint'>;

/** The environment key of each setting that can be set by hand; the fingerprint follows from KIE_API_KEY. */
export const SETTING_KEYS: Readonly<Record<SettableName, string>> = {
  baseUrl: 'KIE_BASE_URL',
  submitLimit: 'KIEQ_SUBMIT_LIMIT',
  submitWindowMs: 'KIEQ_SUBMIT_WINDOW_MS',
  submitTimeoutMs: 'KIEQ_SUBMIT_TIMEOUT_MS',
  maxInFlight: 'KIEQ_MAX_IN_FLIGHT',
  pollLimitPerSecond: 'KIEQ_POLL_LIMIT_PER_SECOND',
  pollLimitMaxPerSecond: 'KIEQ_POLL_LIMIT_MAX_PER_SECOND',
  unknownWindowMs: 'KIEQ_UNKNOWN_WINDOW_MS',
  onUnknown: 'KIEQ_ON_UNKNOWN',
  intentDurability: 'KIEQ_INTENT_DURABILITY',
  creditDeadlineMs: 'KIEQ_CREDIT_DEADLINE_MS',
  deadlineMs: 'KIEQ_DEADLINE_MS',
  holdMs: 'KIEQ_HOLD_MS',
  retentionMs: 'KIEQ_RETENTION_MS',
  archiveMode: 'ARCHIVE_MODE',
  archiveLinkTtlMs: 'ARCHIVE_LINK_TTL_MS',
  resultLinks: 'RESULT_LINKS',
};

/** When a changed setting takes effect; printed after every change. */
export const TAKES_EFFECT =
  'Limits take effect at once; workers compare their environment at their next start, so change that too.';
