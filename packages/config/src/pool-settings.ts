import { createHash } from 'node:crypto';
import type { Environment } from './parse-environment.ts';

/**
 * Every group from which a setting of the pool follows. None may be left out: without `files`, an unset ARCHIVE_MODE
 * would mean something else than it means to the workers.
 */
type PoolEnvironment = Environment<'kie' | 'pool'> & Pick<Environment<'files'>, 'archive'>;

/** How the results of a success are archived. */
type ArchiveMode = NonNullable<PoolEnvironment['archiveMode']>;

/** Settings that must be equal in all workers of a pool; kept in Redis, and a worker that differs refuses to start. */
export interface PoolSettings extends Pick<
  PoolEnvironment,
  | 'submitLimit'
  | 'submitWindowMs'
  | 'submitTimeoutMs'
  | 'maxInFlight'
  | 'pollLimitPerSecond'
  | 'pollLimitMaxPerSecond'
  | 'unknownWindowMs'
  | 'onUnknown'
  | 'intentDurability'
  | 'creditDeadlineMs'
  | 'deadlineMs'
  | 'holdMs'
  | 'retentionMs'
  | 'archiveLinkTtlMs'
  | 'resultLinks'
> {
  readonly archiveMode: ArchiveMode;
  readonly baseUrl: string;
  readonly accountFingerprint: string;
}

/** The settings of the pool from this environment. */
export function poolSettings(env: PoolEnvironment): PoolSettings {
  return {
    baseUrl: env.kieBaseUrl,
    accountFingerprint: accountFingerprint(env.kieApiKey),
    submitLimit: env.submitLimit,
    submitWindowMs: env.submitWindowMs,
    submitTimeoutMs: env.submitTimeoutMs,
    maxInFlight: env.maxInFlight,
    pollLimitPerSecond: env.pollLimitPerSecond,
    pollLimitMaxPerSecond: env.pollLimitMaxPerSecond,
    unknownWindowMs: env.unknownWindowMs,
    onUnknown: env.onUnknown,
    intentDurability: env.intentDurability,
    creditDeadlineMs: env.creditDeadlineMs,
    deadlineMs: env.deadlineMs,
    holdMs: env.holdMs,
    retentionMs: env.retentionMs,
    archiveMode: archiveModeOf(env),
    archiveLinkTtlMs: env.archiveLinkTtlMs,
    resultLinks: env.resultLinks,
  };
}

/** `ARCHIVE_MODE`; without it, results are saved and waited for where an archive is set. */
export function archiveModeOf({ archiveMode, archive }: Pick<PoolEnvironment, 'archiveMode' | 'archive'>): ArchiveMode {
  return archiveMode ?? (archive === undefined ? 'no' : 'wait');
}

/**
 * Identifies an account without showing its key: the first 16 hex digits of SHA-256 of `kieq:` + key. A Kie key is
 * random and long, so 64 bits of its hash reveal nothing.
 */
export function accountFingerprint(key: string): string {
  return createHash('sha256').update(`kieq:${key}`).digest('hex').slice(0, 16);
}
