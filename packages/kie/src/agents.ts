import { agentsThrough, type Agents, type Proxies } from '@kieq/proxy';

interface Connecting {
  readonly proxies: Proxies;
  /** A proxy must open a tunnel within this time. */
  readonly connectTimeoutMs: number;
}

/**
 * Connections that are kept for the next request: for calls that may be repeated. A server may close an idle one in
 * the moment in which a request leaves on it, and then nobody can tell whether it was read.
 * @param options `idleSocketMs`: a connection that was idle for so long is closed; requests have timers of their own
 */
export function pooledAgents(options: Connecting & { readonly idleSocketMs: number }): Agents {
  const { proxies, connectTimeoutMs: tunnelMs, idleSocketMs: timeout } = options;
  return agentsThrough(proxies, { keepAlive: true, timeout, maxFreeSockets: 64, tunnelMs });
}

/**
 * A new connection for each request, closed behind it: for the billable call. Both agents remember nothing but TLS
 * sessions, so that a handshake after the first one is short; Node sends no data within it that could be replayed.
 * They must stay without `maxSockets`: a request that waits for a free socket is given one that was used before.
 */
export function freshAgents({ proxies, connectTimeoutMs: tunnelMs }: Connecting): Agents {
  return agentsThrough(proxies, { keepAlive: false, tunnelMs });
}

/** Whether requests to an address are passed on by a proxy, whose own word then cannot be told from the host's. */
export function isForwarded({ protocol, hostname, port }: URL, proxies: Proxies): boolean {
  return protocol === 'http:' && proxies.for(protocol, hostname, Number(port) || 80) !== undefined;
}
