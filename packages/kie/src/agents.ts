import { agentsThrough, type Agents, type Proxies } from '@kieq/proxy';

interface Connecting {
  readonly proxies: Proxies;
  /** A proxy must open a tunnel within this time. */
  readonly connectTimeoutMs: number;
}

/**
 * Connections that are kept for the next request: for calls that may be repeated. A server may close an idle one at the
 * moment in which a request leaves on it, and then it is unknown whether the server read the request.
 * @param options `idleSocketMs`: a connection that was idle for this long is closed; requests have their own timers
 */
export function pooledAgents(options: Connecting & { readonly idleSocketMs: number }): Agents {
  const { proxies, connectTimeoutMs: tunnelMs, idleSocketMs: timeout } = options;
  return agentsThrough(proxies, { keepAlive: true, timeout, maxFreeSockets: 64, tunnelMs });
}

/**
 * A new connection for each request, closed after it: for the billable call. The agent keeps only TLS sessions, so that
 * a handshake after the first one is short; Node sends no data within it that could be replayed. It must stay without
 * `maxSockets`: a request that waits for a free socket would get a used one.
 */
export function freshAgents({ proxies, connectTimeoutMs: tunnelMs }: Connecting): Agents {
  return agentsThrough(proxies, { keepAlive: false, tunnelMs });
}

/** Whether a proxy forwards requests to an address; its own responses cannot be distinguished from the host's. */
export function isForwarded({ protocol, hostname, port }: URL, proxies: Proxies): boolean {
  return protocol === 'http:' && proxies.for(protocol, hostname, Number(port) || 80) !== undefined;
}
