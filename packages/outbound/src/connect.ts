import { agentsThrough, onlyProxy, type Agents } from '@kieq/proxy';

import { pinnedAgent } from './pinned-agent.ts';

/** How one request is connected. @param addresses that were vetted; none where a proxy resolves the name */
export type Connect = (addresses: readonly string[]) => Agents;

/** At the vetted addresses themselves. @param route where each of them is dialled */
export function directly(route: (address: string) => string): Connect {
  return (addresses) => pinnedAgent(addresses.map(route));
}

/** Through a proxy, whatever the address; nothing is kept from one request to the next. */
export function throughProxy(url: string): Connect {
  const proxies = onlyProxy(url);
  return () => agentsThrough(proxies, { keepAlive: false });
}
