import type { Environment } from '@kieq/config';

/** Groups of environment variables that a gateway reads. */
export const GROUPS = ['redis', 'kie', 'callbacks', 'gateway', 'proxies', 'outbound', 'files'] as const;

export type GatewayEnvironment = Environment<(typeof GROUPS)[number]>;
