/**
 * Requests whose responses are delayed; bounded, so that they cost little memory. When it is full, the one that would
 * wait longest is removed: the clients with most failed attempts are at the end of the longest queues.
 */
export class WaitingList {
  readonly #waiting = new Set<Waiting>();
  readonly #places: number;
  readonly #nowMs: () => number;

  /** @param nowMs a monotonic clock */
  constructor(slots: number, nowMs: () => number) {
    this.#places = slots;
    this.#nowMs = nowMs;
  }

  /**
   * @param gone aborted when the client no longer waits for the response
   * @returns true when the time is over; false: it was removed, or the client is gone
   */
  async wait(ms: number, gone: AbortSignal): Promise<boolean> {
    if (ms <= 0) return true;
    if (gone.aborted) return false;
    const untilMs = this.#nowMs() + ms;
    if (this.#waiting.size >= this.#places && !this.#makeSpace(untilMs)) return false;
    return new Promise((resolve) => {
      const end = (isOver: boolean): void => {
        clearTimeout(timer);
        gone.removeEventListener('abort', leave);
        this.#waiting.delete(waiting);
        resolve(isOver);
      };
      const leave = (): void => end(false);
      const timer = setTimeout(() => end(true), ms);
      const waiting: Waiting = { untilMs, leave };
      gone.addEventListener('abort', leave);
      this.#waiting.add(waiting);
    });
  }

  #makeSpace(untilMs: number): boolean {
    let last: Waiting | undefined;
    for (const one of this.#waiting) if (last === undefined || one.untilMs > last.untilMs) last = one;
    if (last === undefined || last.untilMs <= untilMs) return false;
    last.leave();
    return true;
  }
}

interface Waiting {
  readonly untilMs: number;
  readonly leave: () => void;
}
