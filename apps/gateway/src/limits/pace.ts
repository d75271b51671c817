export interface PaceOptions {
  /** Least bytes in each `everyMs` during which they are waited for. */
  readonly bytes: number;
  readonly everyMs: number;
  /** Longest time for all of it, in ms, waiting for us included. */
  readonly deadlineMs: number;
  /** Bytes that have come so far. */
  readonly total: () => number;
  /** Called once, with what is wrong with the sender; never while paused. */
  readonly onLate: (why: string) => void;
}

/**
 * Watches how fast a body comes. While the gateway itself is at work (`pause`), nobody is blamed for sending nothing.
 * Entered by `new`, left by `end`, or after `onLate`.
 */
export class Pace {
  readonly #options: PaceOptions;
  readonly #deadline: NodeJS.Timeout;
  #look: NodeJS.Timeout | undefined;
  #before = 0;
  #isPaused = true;
  /** The deadline passed while the gateway was at work. */
  #overdue: string | undefined;

  constructor(options: PaceOptions) {
    this.#options = options;
    const { deadlineMs } = options;
    this.#deadline = setTimeout(() => this.#late(`did not come within ${deadlineMs / 1000} s`), deadlineMs).unref();
    this.resume();
  }

  /** What it should have sent in the time before is forgiven. */
  pause(): void {
    clearInterval(this.#look);
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#before = this.#options.total();
    this.#look = setInterval(() => this.#judge(), this.#options.everyMs).unref();
    if (this.#overdue !== undefined) this.#late(this.#overdue);
  }

  end(): void {
    this.pause();
    clearTimeout(this.#deadline);
  }

  #judge(): void {
    const { bytes, everyMs, total } = this.#options;
    const now = total();
    const came = now - this.#before;
    this.#before = now;
    if (came < bytes) this.#late(`came too slowly: ${came} bytes in ${everyMs / 1000} s`);
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
