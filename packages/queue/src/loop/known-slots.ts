/** How long a reported number of slots is used, in ms. */
const FRESH_MS = 100;

/**
 * The free slots that the last reply of the ledger reported. They spare a loop a `peek`, and are only an estimate as
 * that one is: admission decides.
 */
export class KnownSlots {
  readonly #now: () => number;
  #free = 0;
  #reportedAt = Number.NEGATIVE_INFINITY;

  /** @param now monotonic, in ms */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Whether there was a free slot a moment ago. */
  get any(): boolean {
    return this.#free > 0 && this.#now() - this.#reportedAt < FRESH_MS;
  }

  /** A reply reported how many slots are free now. */
  report(slots: number): void {
    this.#free = slots;
    this.#reportedAt = this.#now();
  }

  /** A reply used one slot and did not report how many are left. */
  spend(): void {
    this.#free -= 1;
  }

  /** A reply reported something else. */
  forget(): void {
    this.#free = 0;
  }
}
