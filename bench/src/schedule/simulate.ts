import { mulberry32 } from '@kieq/simulator';
import { drawFrom } from './random.ts';
import { LEARNED, MEASURED, type Truth } from './truths.ts';

/** A schedule of polls: it learns every end that a poll has found, and nothing else. */
export interface Poller {
  /** The age of the next poll after one at `lastPollAgeMs`, which found the task running; 0 when the task begins. */
  nextAgeMs(lastPollAgeMs: number): number;
  /** @param completionMs by the vendor's own clock, so exact although it is found late */
  learn(completionMs: number): void;
}

/** A task whose end was found. */
export interface Followed {
  readonly task: number;
  readonly polls: number;
  readonly delayMs: number;
}

export interface FollowOptions {
  readonly seed: number;
  /** A callback causes a poll in the moment in which the task ends. Default false. */
  readonly hasCallbacks?: boolean;
}

/** Something that happens to a task: it begins, or it is polled. */
interface Happening {
  readonly atMs: number;
  readonly task: number;
  readonly startMs: number;
  readonly completionMs: number;
  /** Polls so far; the beginning is none. */
  readonly polls: number;
}

/** Tasks begin at random, five seconds apart on average: some thirty run at a time. */
const ARRIVAL_MS = 5_000;

/**
 * Follows tasks in the order of time, so that what is learned from one task helps only polls that are planned after
 * its end was found. The tasks before number 0 are learned from and not reported.
 */
export function follow(truth: Truth, poller: Poller, { seed, hasCallbacks = false }: FollowOptions): Followed[] {
  const ahead = arrivals(truth, seed);
  const followed: Followed[] = [];
  for (let now = ahead.shift(); now !== undefined; now = ahead.shift()) {
    const ageMs = now.atMs - now.startMs;
    if (now.polls > 0 && now.atMs >= now.startMs + now.completionMs) {
      poller.learn(now.completionMs);
      followed.push({ task: now.task, polls: now.polls, delayMs: ageMs - now.completionMs });
    } else {
      const plannedMs = poller.nextAgeMs(ageMs);
      const nextMs = hasCallbacks ? Math.min(plannedMs, now.completionMs) : plannedMs;
      insert(ahead, { ...now, atMs: now.startMs + nextMs, polls: now.polls + 1 });
    }
  }
  return followed.filter(({ task }) => task >= 0);
}

function arrivals(truth: Truth, seed: number): Happening[] {
  const random = mulberry32(seed);
  let atMs = 0;
  return Array.from({ length: LEARNED + MEASURED }, (_, i) => {
    const task = i - LEARNED;
    atMs -= ARRIVAL_MS * Math.log(1 - random());
    return { atMs, task, startMs: atMs, completionMs: drawFrom(truth.of(task), random), polls: 0 };
  });
}

/** Keeps the order of time. */
function insert(ahead: Happening[], happening: Happening): void {
  const after = ahead.findIndex(({ atMs }) => atMs > happening.atMs);
  ahead.splice(after < 0 ? ahead.length : after, 0, happening);
}
