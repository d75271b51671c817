/** Transport codes of kieq, in addition to those of Node such as `ECONNREFUSED` and `ECONNRESET`. */
export const TRANSPORT = {
  /** The time of the whole call is over. */
  timeout: 'ETIMEDOUT',
  aborted: 'ABORTED',
  /** The name has no address. */
  notFound: 'ENOTFOUND',
  /** No name server responded. */
  lookupFailed: 'EAI_AGAIN',
  tooManyRedirects: 'TOO_MANY_REDIRECTS',
  upgrade: 'UNEXPECTED_UPGRADE',
  /** The HTTP client refused to start the request. */
  invalid: 'INVALID_REQUEST',
  cut: 'CONNECTION_CUT',
  /** The sender of a body keeps the connection open and sends almost nothing. */
  stalled: 'STALLED',
} as const;

/** The code of an error; undefined where it has none. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
