/** Options of {@link createOutbound}. Times in ms. */
export interface OutboundOptions {
  /** `KIEQ_ALLOW_PRIVATE_URLS`: private, loopback and link-local addresses may be called. Default false. */
  readonly allowPrivate?: boolean;
  /** Default `kieq/0.1`. */
  readonly userAgent?: string;
}

/** One POST of JSON text. */
export interface OutboundPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** From the name lookup to the answer's status, redirects included. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/**
 * - `answered`: the receiver spoke; redirects are followed only with 307 and 308, and checked each time.
 * - `refused`: the address must not be called; nothing was sent there.
 * - `failed`: no answer; `transport` is an error code such as `ECONNREFUSED` or `ETIMEDOUT`.
 */
export type OutboundAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfterMs?: number }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'failed'; readonly transport: string };

/** A client for untrusted addresses. */
export interface Outbound {
  /** Never rejects. */
  post(request: OutboundPost): Promise<OutboundAnswer>;
}

export function createOutbound(_options: OutboundOptions = {}): Outbound {
  throw new Error('not written yet');
}
