import { DEAD_LETTER_CLASSES, GENERATION_STATES } from '@kieq/domain';
import { group, number, optional, text, word, type ValueOf } from './codec.ts';

/** A script's reply about a record may have a newer version's word. */
export const state = word(GENERATION_STATES);
export const deadLetterClass = word(DEAD_LETTER_CLASSES);

export const missing = {};
/** The generation, or this job of it, has moved on; nothing was changed. */
export const stale = { state };
/** Its dead letter is of a class that only a newer version knows; nothing was changed. */
export const newer = { class: text };
export const unknownAttempt = {};

const delivery = group({ vehicle: text, delayMs: number });
/**
 * A delivery to make: the job `vehicle` in the queue `notify`, due after `delayMs`. Absent where the caller wants none.
 * The process that gets it adds the job; the sweeper adds one that is missing.
 */
export type PendingDelivery = ValueOf<typeof delivery>;
export const withDelivery = { delivery: optional(delivery) };

const pendingArchive = group({ vehicle: text, delayMs: number, dueBy: number });
/**
 * Results to save: the job `vehicle` in the queue `archive`, due after `delayMs`, urgent by `dueBy`, when the links are
 * assumed expired (epoch ms). The process that gets it adds the job; the sweeper adds one that is missing.
 */
export type PendingArchive = ValueOf<typeof pendingArchive>;
export const archiving = { archive: optional(pendingArchive) };
