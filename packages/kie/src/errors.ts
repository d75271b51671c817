import type { Evidence } from '@kieq/domain';

/**
 * Why `credits` or `upload` failed.
 *
 * - `unauthorized`: 401, or HTTP 401/403 without an envelope. `rate_limited`: 429.
 * - `refused`: any other code in an envelope, or an HTTP 4xx without one; the same call would be refused again.
 * - `server_error`: code 500 or above, or an HTTP 5xx without an envelope.
 * - `transport`: no complete response. `timeout`: none in time. `aborted`: the caller's signal.
 * - `unreadable`: a response that is neither an error nor the requested data, or a redirect, or beyond the body limit.
 * - `file`: the file to upload cannot be read.
 * - `closed`: the client was closed before the call.
 */
export const KIE_ERROR_CODES = [
  'unauthorized',
  'rate_limited',
  'refused',
  'server_error',
  'transport',
  'timeout',
  'aborted',
  'unreadable',
  'file',
  'closed',
] as const;
export type KieErrorCode = (typeof KIE_ERROR_CODES)[number];

/** Thrown by `credits` and `upload` after their retries. Holds no secret. */
export class KieError extends Error {
  override readonly name = 'KieError';
  readonly code: KieErrorCode;
  readonly evidence: Evidence;
  /** From `Retry-After`, in ms; absent without one. */
  readonly retryAfterMs: number | undefined;

  constructor(code: KieErrorCode, evidence: Evidence, retryAfterMs?: number) {
    super(`${evidence.summary} [${code}]`);
    this.code = code;
    this.evidence = evidence;
    this.retryAfterMs = retryAfterMs;
  }
}
