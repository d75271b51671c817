export interface PaceOptions {
  /** Minimum bytes per `everyMs` while the gateway waits for them. */
  readonly bytes: number;
  readonly everyMs: number;
  /** Longest time for the whole body, in ms, including the time that the gateway itself takes. */
  readonly deadlineMs: number;
  /** Bytes received so far. */
  readonly total: () => number;
  /** Called once, with the reason; never while paused. */
  readonly onLate: (why: string) => void;
}

/**
 * Watches how fast a body arrives. While the gateway itself is at work (`pause`), the sender need not send anything.
 * Active from `new` until `end` or `onLate`.
 */
export class Pace {
  readonly #options: PaceOptions;
  readonly #deadline: NodeJS.Timeout;
  #timer: NodeJS.Timeout | undefined;
  #before = 0;
  #isPaused = true;
  /** The deadline passed while the gateway was at work. */
  #overdue: string | undefined;

  constructor(options: PaceOptions) {
    this.#options = options;
    const { deadlineMs } = options;
    this.#deadline = setTimeout(() => this.#late(`did not arrive within ${deadlineMs / 1000} s`), deadlineMs).unref();
    this.resume();
  }

  /** Drops the measurement of the current interval. */
  pause(): void {
    clearInterval(this.#timer);
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#before = this.#options.total();
    this.#timer = setInterval(() => this.#judge(), this.#options.everyMs).unref();
    if (this.#overdue !== undefined) this.#late(this.#overdue);
  }

  end(): void {
    this.pause();
    clearTimeout(this.#deadline);
  }

  #judge(): void {
    const { bytes, everyMs, total } = this.#options;
    const now = total();
    const received = now - this.#before;
    this.#before = now;
    if (received < bytes) this.#late(`arrived too slowly: ${received} bytes in ${everyMs / 1000} s`);
  }

  #late(why: string): void {
    if (this.#isPaused) {
      this.#overdue = why;
      return;
    }
    this.end();
    this.#options.onLate(why);
  }
}
