/** How failed attempts slow the next ones down. */
export interface ThrottleRule {
  /** Number of failed attempts without a delay: users mistype. */
  readonly free: number;
  /** Each further one takes this much longer than the one before, in ms, … */
  readonly growMs: number;
  /** … but no longer than this. */
  readonly pauseMs: number;
  /** The longest wait for a response, in ms. */
  readonly mostMs: number;
  /**
   * For attempts that would have to wait longer: `refuse` refuses them unchecked; `wait` lets them wait that long and
   * no longer.
   */
  readonly beyond: 'refuse' | 'wait';
}

/** Failed attempts are forgotten when none has come for this long, in ms. */
export const FORGET_MS = 900_000;

/**
 * One client, by address or by device: after five failed attempts the responses come one after the other, 1 s apart,
 * then 2 s, up to 10 s. So an attacker gets at most 9 000 responses a day, however many requests it sends at once.
 */
export const ASKER_RULE: ThrottleRule = { free: 5, growMs: 1_000, pauseMs: 10_000, mostMs: 30_000, beyond: 'refuse' };

/**
 * One account, whatever the client: attempts from many addresses slow its logins down a little, and never lock the
 * account.
 */
export const ACCOUNT_RULE: ThrottleRule = { free: 50, growMs: 100, pauseMs: 1_000, mostMs: 3_000, beyond: 'wait' };

/** The subject for which an attempt is counted. */
export interface Subject {
  /** Distinct among the subjects of a pool, such as `dashboard:address:192.0.2.1`; of any length. */
  readonly name: string;
  readonly rule: ThrottleRule;
}

export type Slot =
  /** The response may be given after this time, in ms. */
  | { readonly kind: 'wait'; readonly ms: number }
  /** Too many wait already; a slot is free again after this time, in ms. */
  | { readonly kind: 'full'; readonly ms: number };
