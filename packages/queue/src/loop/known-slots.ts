/** For so long a word about places is believed, in ms. */
const BELIEVED_MS = 100;

/**
 * What the last reply of the ledger told about its places. It spares a loop the question whether there is one, and is a
 * hint as the answer to that question is: admission decides.
 */
export class KnownSlots {
  readonly #now: () => number;
  #places = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  /** @param now monotonic, in ms */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Whether there was a place a moment ago. */
  get any(): boolean {
    return this.#places > 0 && this.#now() - this.#toldAt < BELIEVED_MS;
  }

  /** A reply told how many places there are now. */
  tell(slots: number): void {
    this.#places = slots;
    this.#toldAt = this.#now();
  }

  /** One was given away by a reply that did not tell how many are left. */
  spend(): void {
    this.#places -= 1;
  }

  /** A reply told something else. */
  forget(): void {
    this.#places = 0;
  }
}
