import type { Timings } from './timings.ts';

/**
 * The longest pause after a poll that learned nothing of the task: Kie reported that it does not know it, or the poll
 * failed. The learned schedule is for polls that found it running. A sixth of the time polled until now, at least
 * `pollMinMs`, so that polls stay close while Kie may not know a new task yet, and at most a sixth of `taskLostMs`, so
 * that there are enough denials to judge by when it has passed.
 * @param pollingForMs since the task was accepted, or since polling began again
 */
export function blindPollDelayMs(timings: Pick<Timings, 'pollMinMs' | 'taskLostMs'>, pollingForMs: number): number {
  const longest = Math.max(timings.pollMinMs, timings.taskLostMs / 6);
  return Math.ceil(Math.min(longest, Math.max(timings.pollMinMs, pollingForMs / 6)));
}

/**
 * The pause before the next poll for the result that Kie's success did not have. Half of the time waited until now, at
 * least `pollMinMs` and at most a sixth of `resultWaitMs`: a late link usually comes soon. The last pause ends with the
 * wait, so that one poll follows when it is over.
 * @param waitedMs since the first such success
 */
export function noResultDelayMs(timings: Pick<Timings, 'pollMinMs' | 'resultWaitMs'>, waitedMs: number): number {
  const { pollMinMs, resultWaitMs } = timings;
  const pauseMs = Math.min(Math.max(pollMinMs, resultWaitMs / 6), Math.max(pollMinMs, waitedMs / 2));
  return Math.ceil(waitedMs < resultWaitMs ? Math.min(pauseMs, resultWaitMs - waitedMs) : pauseMs);
}

/** What the ledger counted of Kie's denials of a task. */
export interface Denials {
  /** Since acceptance. */
  readonly ageMs: number;
  /** Denials in a row, this one included. */
  readonly misses: number;
  /** From the first of them until now. */
  readonly missingForMs: number;
  /** Tasks of the pool that began to be denied recently, this one included. */
  readonly missingTasks: number;
}

/** Denials needed before a task counts as lost. */
export const LOST_AFTER_MISSES = 3;
/** More tasks than this denied together: the key or Kie is at fault, so no task is declared lost. */
export const MASS_DENIAL = 5;

/**
 * - `wait`: too early, or too few denials.
 * - `lost`: dead letter `task_lost`.
 * - `alarm`: many tasks at once; more likely a wrong key or a fault of Kie.
 */
export function judgeDenial(
  denials: Denials,
  timings: Pick<Timings, 'freshTaskMs' | 'taskLostMs'>,
): 'wait' | 'lost' | 'alarm' {
  if (denials.ageMs < timings.freshTaskMs) return 'wait';
  if (denials.misses < LOST_AFTER_MISSES || denials.missingForMs < timings.taskLostMs) return 'wait';
  return denials.missingTasks > MASS_DENIAL ? 'alarm' : 'lost';
}
