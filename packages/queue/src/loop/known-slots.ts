/** How long a reported number of slots is used, in ms. */
const BELIEVED_MS = 100;

/**
 * The free slots that the last reply of the ledger reported. They spare a loop a `peek`, and are only an estimate as
 * that one is: admission decides.
 */
export class KnownSlots {
  readonly #now: () => number;
  #places = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  /** @param now monotonic, in ms */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Whether there was a free slot a moment ago. */
  get any(): boolean {
    return this.#places > 0 && this.#now() - this.#toldAt < BELIEVED_MS;
  }

  /** A reply reported how many slots are free now. */
  tell(slots: number): void {
    this.#places = slots;
    this.#toldAt = this.#now();
  }

  /** A reply used one slot and did not report how many are left. */
  spend(): void {
    this.#places -= 1;
  }

  /** A reply reported something else. */
  forget(): void {
    this.#places = 0;
  }
}
