import { agentsThrough, onlyProxy, type Agents } from '@kieq/proxy';

import { pinnedAgent } from './pinned-agent.ts';

/** Makes the connection of one request. @param addresses that were vetted; none where a proxy resolves the name */
export type Connect = (addresses: readonly string[]) => Agents;

/** Connects to the vetted addresses. @param route where each of them is dialled */
export function directly(route: (address: string) => string): Connect {
  return (addresses) => pinnedAgent(addresses.map(route));
}

/** Connects through a proxy, whatever the address; keeps no connection and no session. */
export function throughProxy(url: string): Connect {
  const proxies = onlyProxy(url);
  return () => agentsThrough(proxies, { keepAlive: false });
}
