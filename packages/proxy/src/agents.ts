import { Agent as HttpAgent, type AgentOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { ForwardAgent } from './forward-agent.ts';
import { NO_PROXIES, type Proxies } from './proxies.ts';
import { TunnelAgent } from './tunnel-agent.ts';

/** The agents that connect a request, by the protocol of its address. */
export interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/** Options of {@link agentsThrough}: those of Node's agents, and the time in which a proxy must open a tunnel. */
export interface ThroughOptions extends AgentOptions {
  /** In ms. Default 5000. */
  readonly tunnelMs?: number;
}

/** Agents whose connections go through the proxies of their hosts; without proxies they are Node's own. */
export function agentsThrough(proxies: Proxies, { tunnelMs = 5000, ...options }: ThroughOptions): Agents {
  if (proxies === NO_PROXIES) return { http: new HttpAgent(options), https: new HttpsAgent(options) };
  return { http: new ForwardAgent(proxies, options), https: new TunnelAgent(proxies, tunnelMs, options) };
}

/** Closes open connections. */
export function destroyAgents({ http, https }: Agents): void {
  http.destroy();
  https.destroy();
}
