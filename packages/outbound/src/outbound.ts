import type { OutboundAnswer } from './answer.ts';
import type { BodyLimits } from './body.ts';
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
   * `KIEQ_ALLOW_PRIVATE_URLS`: private, loopback and link-local addresses may be called. Default false. It also decides
   * what resolves names: with true the system, with `/etc/hosts` and search domains; with false only its name servers,
   * so that a caller's slow name server delays only its own call.
   */
  readonly allowPrivate?: boolean;
  /**
   * `KIEQ_OUTBOUND_PROXY`: all calls go through this HTTP proxy. The proxy resolves their names itself, so kieq checks
   * only the text of a name, and the proxy must refuse private addresses. On plain http the proxy's own responses look
   * like the receiver's.
   */
  readonly proxy?: string | undefined;
  /** Default `kieq/0.1`. */
  readonly userAgent?: string;
  /** Certificate authorities in PEM to trust instead of the public ones. */
  readonly certificateAuthority?: string;
}

/** For tests, which have neither names nor public addresses. */
export interface OutboundSeams {
  /** Replaces DNS. Its results are checked as usual. */
  readonly lookup?: Lookup;
  /**
   * Where the checked address of a name is dialled. Default: that address. IP addresses in a URL are dialled unchanged.
   */
  readonly route?: (address: string) => string;
}

/** One POST of JSON text. */
export interface OutboundPost {
  readonly url: string;
  /**
   * They override our defaults: `user-agent`, and `content-type: application/json`. Never sent: `authorization`,
   * `cookie` and headers that the connection sets, such as `host`.
   */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** From the name lookup to the status of the response, redirects included. At most 2147483647. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** One GET of a file. */
export interface OutboundGet extends BodyLimits {
  readonly url: string;
  /** From the name lookup to the head of the response, redirects included. At most 2147483647. */
  readonly headMs: number;
  /** Ends the whole download. */
  readonly signal?: AbortSignal;
}

/** A client for untrusted addresses. It keeps nothing between two calls, so there is nothing to close. */
export interface Outbound {
  /** Never rejects. */
  post(request: OutboundPost): Promise<OutboundAnswer>;
  /**
   * Opens a file: 301, 302, 303, 307 and 308 are followed, at most 3, each target checked like the first. Never
   * rejects; reading the body does, with BodyError. The caller must read an open download to the end or close it.
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
  const { certificateAuthority: ca } = options;
  const trust = ca === undefined ? {} : { ca };
  const rules = { allowPrivate, lookup, isProxied: proxy !== undefined };
  const connect = proxy === undefined ? directly(route) : throughProxy(proxy);
  return {
    post: async ({ url, headers, body, timeoutMs, signal }) => {
      const all = requestHeaders(headers, userAgent);
      const delivery = { rules, connect, url, headers: all, body: Buffer.from(body), trust };
      const answer = await withTimeLimit(timeoutMs, signal, (stop) => deliver(delivery, stop));
      return typeof answer === 'string' ? { kind: 'failed', transport: TRANSPORT[answer] } : answer;
    },
    get: async ({ url, headMs, stallMs, totalMs, signal }) => {
      const headers = getHeaders(userAgent);
      const limits = { stallMs, totalMs };
      const fetching = { rules, connect, url, headers, trust, limits, signal };
      const answer = await withTimeLimit(headMs, signal, (head) => download(fetching, head));
      return typeof answer === 'string' ? { kind: 'failed', transport: TRANSPORT[answer] } : answer;
    },
  };
}
