import { setTimeout as sleep } from 'node:timers/promises';

/** Limits the bytes per second of all callers together; a caller that comes while it is busy waits. */
export class Throttle {
  readonly #bytesPerMs: number;
  readonly #now: () => number;
  readonly #sleep: (ms: number) => Promise<unknown>;
  #freeAt = 0;

  /**
   * @param bytesPerSecond 0: no limit
   * @param seams for tests; ms of a monotonic clock
   */
  constructor(
    bytesPerSecond: number,
    seams: { readonly now?: () => number; readonly sleep?: (ms: number) => Promise<unknown> } = {},
  ) {
    this.#bytesPerMs = bytesPerSecond / 1000;
    this.#now = seams.now ?? (() => performance.now());
    this.#sleep = seams.sleep ?? ((ms) => sleep(ms));
  }

  /** Resolves when the time of these bytes is over. */
  async pass(bytes: number): Promise<void> {
    if (this.#bytesPerMs === 0) return;
    const now = this.#now();
    this.#freeAt = Math.max(now, this.#freeAt) + bytes / this.#bytesPerMs;
    const waitMs = this.#freeAt - now;
    // A timer is not finer than this; the rest is carried over.
    if (waitMs >= 1) await this.#sleep(waitMs);
  }
}
