import type { RedisClient } from '../connection.ts';
import { askRedis } from './ask-redis.ts';
import { within } from '../within.ts';
import { LocalSlots } from './local-slots.ts';
import type { Slot, Subject } from './rule.ts';
import { WaitingList } from './waiting-list.ts';

/** Counts wrong guesses over all processes of a pool, and makes those who guess wait. */
export interface Throttle {
  /**
   * Resolves when the answer to a guess, right or wrong, may be given. Right ones come as late as
   * wrong ones, so that many guesses at once learn nothing sooner.
   * @param subjects whom it is counted for; right ones are not counted
   * @param gone aborted when nobody waits for the answer any more
   */
  turn(subjects: readonly Subject[], attempt: Attempt): Promise<Turn>;
}

interface Attempt {
  readonly isWrong: boolean;
  readonly gone: AbortSignal;
}

export type Turn =
  | { readonly kind: 'answer' }
  /**
   * Too many wait already, or nobody any more: the guess counts as not made, and its answer must not tell whether it
   * was right. There is room after so long, in ms. `isNews`: said for the first time within a second, so worth a line
   * in the log.
   */
  | { readonly kind: 'full'; readonly retryAfterMs: number; readonly isNews: boolean };

interface ThrottleOptions {
  readonly redis: RedisClient;
  /** Of the pool, with its hash tag. */
  readonly prefix: string;
  /** Answers held back at once in this process. Default 500. */
  readonly slots?: number;
  /** A monotonic clock in ms. */
  readonly nowMs?: () => number;
}

const WAITING_AT_MOST = 500;
/** While Redis does not answer a login must not hang; then this process counts alone. In ms. */
const REDIS_MS = 1_000;
/** For so long a subject that is full is not asked for again: floods must not reach Redis. In ms. */
const REMEMBER_FULL_MS = 1_000;
const REMEMBERED = 10_000;

export function createThrottle(options: ThrottleOptions): Throttle {
  const { redis, prefix, slots = WAITING_AT_MOST, nowMs = () => performance.now() } = options;
  const waiting = new WaitingList(slots, nowMs);
  const local = new LocalSlots(nowMs);
  const full = new Map<string, number>();
  const takeSlot = async (subjects: readonly Subject[], isWrong: boolean): Promise<Slot> => {
    const answer = await within(REDIS_MS, () => askRedis(redis, prefix, subjects, isWrong)).catch(() => undefined);
    return answer ?? local.takeSlot(subjects, isWrong);
  };
  const known = (subjects: readonly Subject[]): number =>
    Math.max(0, ...subjects.map(({ name }) => (full.get(name) ?? 0) - nowMs()));
  /** Whether it is news: of many that asked at the same time only the first one brings it. */
  const remember = ([asker]: readonly Subject[]): boolean => {
    if (asker === undefined) return true;
    if (known([asker]) > 0) return false;
    full.delete(asker.name);
    full.set(asker.name, nowMs() + REMEMBER_FULL_MS);
    const [longestAgo] = full.keys();
    if (full.size > REMEMBERED && longestAgo !== undefined) full.delete(longestAgo);
    return true;
  };
  return {
    async turn(subjects, { isWrong, gone }) {
      const knownMs = known(subjects);
      if (knownMs > 0) return { kind: 'full', retryAfterMs: knownMs, isNews: false };
      const found = await takeSlot(subjects, isWrong);
      if (found.kind === 'wait' && (await waiting.wait(found.ms, gone))) return { kind: 'answer' };
      const isNews = remember(subjects.filter(({ rule }) => found.kind === 'full' && rule.beyond === 'refuse'));
      return { kind: 'full', retryAfterMs: found.ms, isNews: isNews && !gone.aborted };
    },
  };
}
