export type { BoardAction } from './actions.ts';
export { kieqQueueAdapters, type KieqQueueAdapters, type KieqQueueAdaptersOptions } from './kieq-queue-adapters.ts';
export { BoardRefusal } from './guard.ts';
