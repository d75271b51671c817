import { createHash } from 'node:crypto';
import type { Environment } from './parse-environment.ts';

type PoolEnvironment = Environment<'kie' | 'pool'>;

/** What every worker of a pool must hold alike; kept in Redis, and a worker that differs refuses to start. */
export interface PoolSettings extends Pick<
  PoolEnvironment,
  | 'submitLimit'
  | 'submitWindowMs'
  | 'submitTimeoutMs'
  | 'maxInFlight'
  | 'pollLimitPerSecond'
  | 'unknownWindowMs'
  | 'onUnknown'
  | 'intentDurability'
  | 'creditDeadlineMs'
  | 'deadlineMs'
  | 'holdMs'
  | 'retentionMs'
> {
  readonly baseUrl: string;
  readonly accountFingerprint: string;
}

/** The settings of the pool that this environment describes. */
export function poolSettings(env: PoolEnvironment): PoolSettings {
  return {
    baseUrl: env.kieBaseUrl,
    accountFingerprint: accountFingerprint(env.kieApiKey),
    submitLimit: env.submitLimit,
    submitWindowMs: env.submitWindowMs,
    submitTimeoutMs: env.submitTimeoutMs,
    maxInFlight: env.maxInFlight,
    pollLimitPerSecond: env.pollLimitPerSecond,
    unknownWindowMs: env.unknownWindowMs,
    onUnknown: env.onUnknown,
    intentDurability: env.intentDurability,
    creditDeadlineMs: env.creditDeadlineMs,
    deadlineMs: env.deadlineMs,
    holdMs: env.holdMs,
    retentionMs: env.retentionMs,
  };
}

/**
 * Tells accounts apart without showing their key: the first 16 hex digits of SHA-256 of `kieq:` + key. A Kie key is
 * random and long, so 64 bits of its hash give nothing away.
 */
export function accountFingerprint(key: string): string {
  return createHash('sha256').update(`kieq:${key}`).digest('hex').slice(0, 16);
}
