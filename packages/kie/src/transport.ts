import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';

import { got } from 'got';

import type { Trust } from '@kieq/http';
import { destroyAgents } from '@kieq/proxy';

import { freshAgents, pooledAgents } from './agents.ts';
import type { Exchange } from './exchange.ts';
import { TRANSPORT } from './exchange.ts';
import { HttpCall } from './http-call.ts';
import type { HttpRequest } from './http-call.ts';
import { LonePost } from './lone-post.ts';
import type { LoneRequest } from './lone-post.ts';
import type { ResolvedOptions } from './options.ts';

/** Sends requests. It retries nothing, follows no redirect and never throws. */
export interface Transport {
  /** For calls that may be repeated: over a pooled connection. */
  exchange(request: HttpRequest): Promise<Exchange>;
  /**
   * For the billable call: over a connection that carries only this request. A server may close a pooled one just as
   * the request leaves; then the response counts as lost although Kie never saw the request.
   */
  exchangeAlone(request: LoneRequest): Promise<Exchange>;
  /** Refuses new requests, waits for the running ones, then closes the pooled connections. */
  close(): Promise<void>;
}

/** Creates the agents and the got instance, with the account's key in the headers of every request. */
export function createTransport(options: ResolvedOptions): Transport {
  const [pooled, fresh] = [pooledAgents(options), freshAgents(options)];
  const { apiKey, userAgent, certificateAuthority } = options;
  const headers = {
    'user-agent': userAgent,
    authorization: `Bearer ${apiKey}`,
    accept: 'application/json',
    'accept-encoding': 'identity',
  };
  const client = got.extend({
    followRedirect: false,
    throwHttpErrors: false,
    retry: { limit: 0 },
    http2: false,
    headers,
    agent: pooled,
    ...(certificateAuthority === undefined ? {} : { https: { certificateAuthority } }),
  });
  const alone = { ...options, agents: fresh, trust: trustOf(certificateAuthority) };
  const running = new Set<Promise<Exchange>>();
  let closed = false;
  const run = async (start: () => Promise<Exchange>): Promise<Exchange> => {
    if (closed) return { kind: 'failure', sent: false, transport: TRANSPORT.closed, latencyMs: 0 };
    const call = start();
    running.add(call);
    return call.finally(() => running.delete(call));
  };
  return {
    exchange: (request) => run(() => new HttpCall(client, request, options).run()),
    exchangeAlone: (request) =>
      run(() => new LonePost({ ...request, headers: { ...headers, ...request.headers } }, alone).run()),
    close: async () => {
      closed = true;
      await Promise.allSettled(running);
      destroyAgents(pooled);
      destroyAgents(fresh);
    },
  };
}

/** Reads the certificates once, for the first https address. */
function trustOf(certificateAuthority: string | undefined): (url: URL) => Trust {
  const ca = certificateAuthority === undefined ? {} : { ca: certificateAuthority };
  let secureContext: SecureContext | undefined;
  return (url) => (url.protocol === 'https:' ? { secureContext: (secureContext ??= createSecureContext(ca)) } : ca);
}
