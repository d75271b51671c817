/** Headers of a response, by lower-case name. */
export interface RetryHeaders {
  readonly 'retry-after'?: string | undefined;
  readonly date?: string | undefined;
}

/** The longest wait that a `Retry-After` can ask for: 1 h, in ms. */
const RETRY_AFTER_CAP_MS = 3_600_000;

/**
 * Reads `Retry-After` (RFC 9110, 10.2.3): whole seconds, or an HTTP date, which is compared with the `Date` of the same
 * response so that our clock does not matter; with `nowMs` where there is none.
 * @param nowMs epoch ms, used only for a date without a `Date` header.
 * @returns ms from 0 to 3600000 (1 h); undefined where the header is missing or unreadable.
 */
export function retryAfterMs(headers: RetryHeaders, nowMs: number): number | undefined {
  const value = headers['retry-after']?.trim();
  if (value === undefined || value === '') return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return clamp(Number(value) * 1000);
  const until = /[a-z]/i.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(until)) return undefined;
  const from = Date.parse(headers.date ?? '');
  return clamp(until - (Number.isNaN(from) ? nowMs : from));
}

function clamp(ms: number): number {
  return Math.min(RETRY_AFTER_CAP_MS, Math.max(0, Math.ceil(ms)));
}
