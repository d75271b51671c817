import type { Timings } from './timings.ts';

/**
 * The longest pause after a look that told nothing about the task: Kie denied knowing it, or could not be asked.
 * The learned schedule is for looks that found it running. A sixth of the time polled so far, at least `pollMinMs`, so
 * that looks stay close while a fresh task may be unknown, and at most a sixth of `taskLostMs`, so that there are
 * enough denials to judge by when it has passed.
 * @param pollingForMs since the task was accepted or polled anew
 */
export function blindPollDelayMs(timings: Pick<Timings, 'pollMinMs' | 'taskLostMs'>, pollingForMs: number): number {
  const longest = Math.max(timings.pollMinMs, timings.taskLostMs / 6);
  return Math.ceil(Math.min(longest, Math.max(timings.pollMinMs, pollingForMs / 6)));
}

/**
 * The pause before Kie is asked again for the result that its success did not have. Half of the time waited so far, at
 * least `pollMinMs` and at most a sixth of `resultWaitMs`: a link that comes late mostly comes soon. The last pause ends
 * with the wait, so that there is a look when it is over.
 * @param waitedMs since the first such success
 */
export function noResultDelayMs(timings: Pick<Timings, 'pollMinMs' | 'resultWaitMs'>, waitedMs: number): number {
  const { pollMinMs, resultWaitMs } = timings;
  const pauseMs = Math.min(Math.max(pollMinMs, resultWaitMs / 6), Math.max(pollMinMs, waitedMs / 2));
  return Math.ceil(waitedMs < resultWaitMs ? Math.min(pauseMs, resultWaitMs - waitedMs) : pauseMs);
}

/** What the ledger counted about Kie denying to know a task. */
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
/** More tasks than this denied together: the fault is not theirs, so nobody is declared lost. */
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
