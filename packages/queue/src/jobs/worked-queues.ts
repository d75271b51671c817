/** The queues that workers work on; `archive` only where there is one. */
export const WORKED_QUEUES = ['submit', 'poll', 'archive', 'notify'] as const;
export type WorkedQueue = (typeof WORKED_QUEUES)[number];
