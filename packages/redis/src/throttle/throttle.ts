import type { RedisClient } from '../connection.ts';
import { askRedis } from './ask-redis.ts';
import { within } from '../within.ts';
import { LocalSlots } from './local-slots.ts';
import type { Slot, Subject } from './rule.ts';
import { WaitingList } from './waiting-list.ts';

/** Counts failed attempts over all processes of a pool, and delays the clients that make them. */
export interface Throttle {
  /**
   * Resolves when the response to an attempt, right or wrong, may be given. Right ones wait as long as wrong ones, so
   * that many attempts at once learn nothing earlier.
   * @param subjects the subjects for which it is counted; right attempts are not counted
   * @param gone aborted when the client no longer waits for the response
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
   * Too many wait already, or the client is gone: the attempt counts as not made, and its response must not reveal
   * whether it was right. A slot is free after this time, in ms. `isNews`: reported for the first time within a second,
   * so worth a log line.
   */
  | { readonly kind: 'full'; readonly retryAfterMs: number; readonly isNews: boolean };

interface ThrottleOptions {
  readonly redis: RedisClient;
  /** Of the pool, with its hash tag. */
  readonly prefix: string;
  /** Most responses that this process delays at once. Default 500. */
  readonly slots?: number;
  /** A monotonic clock in ms. */
  readonly nowMs?: () => number;
}

const WAITING_AT_MOST = 500;
/** While Redis does not respond, a login must not hang: after this time the process counts alone. In ms. */
const REDIS_MS = 1_000;
/** For this long the process refuses a full subject without a call of Redis: floods must not reach Redis. In ms. */
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
  /** Whether it is news: of many concurrent attempts only the first one reports it. */
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
