import type { Environment } from '@kieq/config';

/** The groups of the environment that a worker reads. */
export const GROUPS = ['redis', 'kie', 'callbacks', 'pool', 'worker', 'files', 'outbound'] as const;

export type WorkerEnvironment = Environment<(typeof GROUPS)[number]>;
