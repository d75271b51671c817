/** Wrong logins from one address before it has to wait, and for how long they are remembered. */
const ALLOWED = 10;
const MEMORY_MS = 300_000;
/** Addresses that are remembered; beyond it the ones that tried longest ago are forgotten. */
const ADDRESSES = 10_000;

/**
 * Counts wrong logins by address: after 10 within 5 minutes nothing more from it is even compared, until the first of
 * them is 5 minutes old. Others are not held up, so that a guesser cannot lock an operator out from elsewhere.
 */
export class Guesses {
  readonly #wrong = new Map<string, number[]>();
  readonly #nowMs: () => number;

  /** @param nowMs a monotonic clock */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Ms until this address may try again; 0 when it may now. */
  waitMs(address: string): number {
    const times = this.#recent(address);
    const oldest = times[0];
    return times.length < ALLOWED || oldest === undefined ? 0 : oldest + MEMORY_MS - this.#nowMs();
  }

  /** A wrong login came from this address. */
  note(address: string): void {
    const times = [...this.#recent(address), this.#nowMs()];
    this.#wrong.delete(address);
    this.#wrong.set(address, times);
    const [longestAgo] = this.#wrong.keys();
    if (this.#wrong.size > ADDRESSES && longestAgo !== undefined) this.#wrong.delete(longestAgo);
  }

  #recent(address: string): number[] {
    const since = this.#nowMs() - MEMORY_MS;
    return (this.#wrong.get(address) ?? []).filter((at) => at > since);
  }
}
