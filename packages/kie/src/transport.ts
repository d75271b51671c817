import type { Got } from 'got';
import { got } from 'got';

import { destroyAgents } from '@kieq/proxy';

import { freshAgents, pooledAgents } from './agents.ts';
import type { Exchange } from './exchange.ts';
import { TRANSPORT } from './exchange.ts';
import { HttpCall } from './http-call.ts';
import type { HttpRequest } from './http-call.ts';
import type { ResolvedOptions } from './options.ts';

/** Sends requests. It retries nothing, follows nothing and throws nothing. */
export interface Transport {
  /** For calls that may be repeated: over a pooled connection. */
  exchange(request: HttpRequest): Promise<Exchange>;
  /**
   * For the billable call: over a connection that no request was sent on before, and none will be afterwards. A pooled
   * one may be closed by the server just as the request leaves; then the answer is lost although Kie never saw it.
   */
  exchangeAlone(request: HttpRequest): Promise<Exchange>;
  /** Refuses new requests, waits for the running ones, then closes the pooled connections. */
  close(): Promise<void>;
}

/** Creates the agents and the got instances, with the account's key in their default headers. */
export function createTransport(options: ResolvedOptions): Transport {
  const [pooled, fresh] = [pooledAgents(options), freshAgents(options)];
  const client = got.extend({
    followRedirect: false,
    throwHttpErrors: false,
    retry: { limit: 0 },
    http2: false,
    headers: {
      authorization: `Bearer ${options.apiKey}`,
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': options.userAgent,
    },
    ...(options.certificateAuthority === undefined
      ? {}
      : { https: { certificateAuthority: options.certificateAuthority } }),
  });
  const [sharing, alone] = [client.extend({ agent: pooled }), client.extend({ agent: fresh })];
  const running = new Set<Promise<Exchange>>();
  let closed = false;
  const run = async (through: Got, request: HttpRequest): Promise<Exchange> => {
    if (closed) return { kind: 'failure', sent: false, transport: TRANSPORT.closed, latencyMs: 0 };
    const call = new HttpCall(through, request, options).run();
    running.add(call);
    return call.finally(() => running.delete(call));
  };
  return {
    exchange: (request) => run(sharing, request),
    exchangeAlone: (request) => run(alone, request),
    close: async () => {
      closed = true;
      await Promise.allSettled(running);
      destroyAgents(pooled);
      destroyAgents(fresh);
    },
  };
}
