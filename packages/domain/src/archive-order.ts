/** Step of the order among results to be saved; within a step they come in the order in which they were added. */
const STEP_MS = 300_000;
const BEGINNING = Date.UTC(2026, 0, 1);
/** BullMQ's largest priority is 2^21: with these steps the order holds until 2045. */
const LAST = 2 ** 21 - 1;

/**
 * Priority of a job in the queue `archive`, by the moment at which the links of its result are assumed dead: the sooner
 * the smaller, and the smallest comes first.
 * @param dueBy epoch ms
 */
export function archivePriority(dueBy: number): number {
  return Math.max(1, Math.min(LAST, 1 + Math.floor((dueBy - BEGINNING) / STEP_MS)));
}
