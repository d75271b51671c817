import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

/** Where the connections of a request come from, by the protocol of its address. */
export interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/**
 * Connections that are kept for the next request: for calls that may be repeated. A server may close an idle one in
 * the moment in which a request leaves on it, and then nobody can tell whether it was read.
 * @param idleMs a connection that was idle for so long is closed; requests have timers of their own
 */
export function pooledAgents(idleMs: number): Agents {
  const settings = { keepAlive: true, timeout: idleMs, maxFreeSockets: 64 };
  return { http: new HttpAgent(settings), https: new HttpsAgent(settings) };
}

/**
 * A new connection for each request, closed behind it: for the billable call. Both agents remember nothing but TLS
 * sessions, so that a handshake after the first one is short; Node sends no data within it that could be replayed.
 * They must stay without `maxSockets`: a request that waits for a free socket is given one that was used before.
 */
export function freshAgents(): Agents {
  const settings = { keepAlive: false };
  return { http: new HttpAgent(settings), https: new HttpsAgent(settings) };
}

/** Closes what is open. */
export function destroyAgents({ http, https }: Agents): void {
  http.destroy();
  https.destroy();
}
