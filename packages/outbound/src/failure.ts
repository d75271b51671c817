import { HTTP_TRANSPORT } from '@kieq/http';

/** Transport codes of kieq, in addition to those of Node such as `ECONNREFUSED` and `ECONNRESET`. */
export const TRANSPORT = {
  ...HTTP_TRANSPORT,
  /** The time of the whole call is over. */
  timeout: 'ETIMEDOUT',
  /** The name has no address. */
  notFound: 'ENOTFOUND',
  /** No name server responded. */
  lookupFailed: 'EAI_AGAIN',
  tooManyRedirects: 'TOO_MANY_REDIRECTS',
  /** The sender of a body keeps the connection open and sends almost nothing. */
  stalled: 'STALLED',
} as const;
