import type { OutboundAnswer } from './answer.ts';
import type { BodyLimits } from './body.ts';
import { createClient } from './client.ts';
import { directly, throughProxy } from './connect.ts';
import { deliver } from './deliver.ts';
import { download, type OutboundDownload } from './download.ts';
import { TRANSPORT } from './failure.ts';
import { getHeaders, requestHeaders } from './headers.ts';
import type { Lookup } from './lookup.ts';
import { nameServerLookup, systemLookup } from './lookup.ts';
import { withTimeLimit } from './time-limit.ts';

/** Options of {@link createOutbound}. Times in ms. */
export interface OutboundOptions {
  /**
   * `KIEQ_ALLOW_PRIVATE_URLS`: private, loopback and link-local addresses may be called. Default false.
   * It also decides who resolves names: with true the system, with `/etc/hosts` and search domains; with false its name
   * servers alone, so that a caller's slow name server holds up nothing but its own call.
   */
  readonly allowPrivate?: boolean;
  /**
   * `KIEQ_OUTBOUND_PROXY`: all calls go through this HTTP proxy. It resolves their names itself, so of a name only its
   * text is checked here, and the proxy must refuse private addresses. On plain http its own answers look like the
   * receiver's.
   */
  readonly proxy?: string | undefined;
  /** Default `kieq/0.1`. */
  readonly userAgent?: string;
  /** Certificate authorities in PEM to trust instead of the public ones. */
  readonly certificateAuthority?: string;
}

/** For tests, which own neither names nor public addresses. */
export interface OutboundSeams {
  /** Instead of DNS. What it answers is checked as usual. */
  readonly lookup?: Lookup;
  /** Where the checked address of a name is dialled. Default there. IP addresses in a URL are dialled as they stand. */
  readonly route?: (address: string) => string;
}

/** One POST of JSON text. */
export interface OutboundPost {
  readonly url: string;
  /**
   * They win over our defaults: `user-agent`, and `content-type: application/json`. Never sent: `authorization`,
   * `cookie` and what the connection decides, such as `host`.
   */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** From the name lookup to the answer's status, redirects included. At most 2147483647. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** One GET of a file. */
export interface OutboundGet extends BodyLimits {
  readonly url: string;
  /** From the name lookup to the head of the answer, redirects included. At most 2147483647. */
  readonly headMs: number;
  /** Ends the whole download. */
  readonly signal?: AbortSignal;
}

/** A client for untrusted addresses. It holds nothing between two calls, so there is nothing to close. */
export interface Outbound {
  /** Never rejects. */
  post(request: OutboundPost): Promise<OutboundAnswer>;
  /**
   * Opens a file: 301, 302, 303, 307 and 308 are followed, at most 3, each target checked like the first. Never
   * rejects; reading the body does, with BodyError. Whoever gets an open download reads it to the end or closes it.
   */
  get(request: OutboundGet): Promise<OutboundDownload>;
}

/**
 * Creates a client for addresses that callers and vendors gave. Each name is resolved once, all its addresses are
 * checked, and only these are dialled.
 */
export function createOutbound(options: OutboundOptions = {}, seams: OutboundSeams = {}): Outbound {
  const { allowPrivate = false, userAgent = 'kieq/0.1', proxy } = options;
  const { lookup = allowPrivate ? systemLookup : nameServerLookup(), route = (address) => address } = seams;
  const { certificateAuthority } = options;
  const client = createClient(certificateAuthority);
  const rules = { allowPrivate, lookup, isProxied: proxy !== undefined };
  const connect = proxy === undefined ? directly(route) : throughProxy(proxy);
  return {
    post: async ({ url, headers, body, timeoutMs, signal }) => {
      const all = requestHeaders(headers, userAgent);
      const delivery = { client, rules, connect, url, headers: all, body };
      const answer = await withTimeLimit(timeoutMs, signal, (stop) => deliver(delivery, stop));
      return typeof answer === 'string' ? { kind: 'failed', transport: TRANSPORT[answer] } : answer;
    },
    get: async ({ url, headMs, stallMs, totalMs, signal }) => {
      const headers = getHeaders(userAgent);
      const limits = { stallMs, totalMs };
      const fetching = { rules, connect, url, headers, certificateAuthority, limits, signal };
      const answer = await withTimeLimit(headMs, signal, (head) => download(fetching, head));
      return typeof answer === 'string' ? { kind: 'failed', transport: TRANSPORT[answer] } : answer;
    },
  };
}
