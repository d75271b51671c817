/**
 * - `answered`: the receiver responded; at most 3 redirects are followed, only 307 and 308, each target checked like
 *   the first; every other redirect counts as the response. `retryAfterMs` is 0 to 3600000.
 * - `refused`: this address, or a redirect's target, must not be called; nothing was sent there. `reason` is a rule
 *   such as `must not be a private address`, after `redirect target ` where it is about one.
 * - `failed`: no response; `transport` is an error code such as `ECONNREFUSED`, `ETIMEDOUT`, `ENOTFOUND`, `ABORTED` or
 *   `TOO_MANY_REDIRECTS`. The receiver may have read the body nevertheless.
 */
export type OutboundAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfterMs?: number }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'failed'; readonly transport: string };
