import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

import { got } from 'got';

import type { Exchange } from './exchange.ts';
import { TRANSPORT } from './exchange.ts';
import { HttpCall } from './http-call.ts';
import type { HttpRequest } from './http-call.ts';
import type { ResolvedOptions } from './options.ts';

/** Sends requests over pooled connections. It retries nothing, follows nothing and throws nothing. */
export interface Transport {
  exchange(request: HttpRequest): Promise<Exchange>;
  /** Refuses new requests, waits for the running ones, then closes the pooled connections. */
  close(): Promise<void>;
}

/** Creates the pools and the got instance, with the account's key in its default headers. */
export function createTransport(options: ResolvedOptions): Transport {
  // The agents' `timeout` closes idle pooled sockets only; requests have timers of their own.
  const settings = { keepAlive: true, timeout: options.idleSocketMs, maxFreeSockets: 64 };
  const agent = { http: new HttpAgent(settings), https: new HttpsAgent(settings) };
  const client = got.extend({
    agent,
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
  const running = new Set<Promise<Exchange>>();
  let closed = false;
  return {
    exchange: async (request) => {
      if (closed) return { kind: 'failure', sent: false, transport: TRANSPORT.closed, latencyMs: 0 };
      const call = new HttpCall(client, request, options).run();
      running.add(call);
      return call.finally(() => running.delete(call));
    },
    close: async () => {
      closed = true;
      await Promise.allSettled(running);
      agent.http.destroy();
      agent.https.destroy();
    },
  };
}
