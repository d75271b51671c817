export { agentsThrough, destroyAgents, type Agents, type ThroughOptions } from './agents.ts';
export { NO_PROXIES, onlyProxy, proxiesOf, shownProxy, type Proxies, type ProxySettings } from './proxies.ts';
