/** How wrong guesses slow the next ones down. */
export interface ThrottleRule {
  /** So many wrong guesses cost nothing: people mistype. */
  readonly free: number;
  /** Each one after that takes this much longer than the one before, in ms, … */
  readonly growMs: number;
  /** … but no longer than this. */
  readonly pauseMs: number;
  /** The longest wait for an answer, in ms. */
  readonly mostMs: number;
  /** What of those that would have to wait longer: `refuse`, they are not even looked at; `wait`, that long and no longer. */
  readonly beyond: 'refuse' | 'wait';
}

/** wrong guesses are forgotten when none has come for so long, in ms. */
export const FORGET_MS = 900_000;

/**
 * One who asks, by address or by device: after five wrong ones the answers come one after the other, 1 s apart, then
 * 2 s, up to 10 s. So a guesser has at most 9 000 answers a day, however many requests he sends at once.
 */
export const ASKER_RULE: ThrottleRule = { free: 5, growMs: 1_000, pauseMs: 10_000, mostMs: 30_000, beyond: 'refuse' };

/**
 * One account, whoever asks: guesses from ever new addresses slow it down a little, and never shut anybody out.
 */
export const ACCOUNT_RULE: ThrottleRule = { free: 50, growMs: 100, pauseMs: 1_000, mostMs: 3_000, beyond: 'wait' };

/** Whom a guess is counted for. */
export interface Subject {
  /** Distinct among the subjects of a pool, such as `dashboard:address:192.0.2.1`; of any length. */
  readonly name: string;
  readonly rule: ThrottleRule;
}

export type Slot =
  /** The answer may be given after so long, in ms. */
  | { readonly kind: 'wait'; readonly ms: number }
  /** Too many wait already; there is room again after so long, in ms. */
  | { readonly kind: 'full'; readonly ms: number };
