import type { Timings } from './timings.ts';

/** The part of the timings that places polls. */
type PollTimings = Pick<Timings, 'pollFirstMs' | 'pollMinMs' | 'pollMaxMs' | 'taskStuckMs'>;

/**
 * The pause before the first look at a fresh task, without history of its model.
 */
export function firstPollDelayMs(timings: PollTimings): number {
  return timings.pollFirstMs;
}

/**
 * The pause before the next look: a sixth of the task's age, so that the delay of detection stays in proportion
 * to the time already waited, within `pollMinMs` and `pollMaxMs`.
 * Beyond `taskStuckMs` / 24 (an hour in production) the pauses grow on, up to ten times `pollMaxMs`,
 * so that long-stuck tasks do not eat the query budget of the others.
 * @param ageMs since the task was accepted
 */
export function nextPollDelayMs(timings: PollTimings, ageMs: number): number {
  const proportional = ageMs / 6;
  const cap = ageMs > timings.taskStuckMs / 24 ? timings.pollMaxMs * 10 : timings.pollMaxMs;
  return Math.ceil(Math.min(cap, Math.max(timings.pollMinMs, proportional)));
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
