import type { TakenJob } from './job-source.ts';

/** Passes the loop the job that an end has taken; undefined if it took none. */
export type Deliver = (next: TakenJob | undefined) => void;

/**
 * Where an end waits until the loop needs its next job, so that both go to Redis in one command. Only the loop asks for
 * jobs, so there is never more than one that is not admitted yet.
 *
 * Modes: open, while the loop comes by within a round trip or two; closed otherwise, and at first: then every end goes
 * alone. Invariant: at most one end waits, and only while it is open.
 */
export class Lift {
  readonly #onWait: () => void;
  #isOpen = false;
  #waiting: ((deliver: Deliver | undefined) => void) | undefined;

  /** @param onWait called when an end begins to wait */
  constructor(onWait: () => void) {
    this.#onWait = onWait;
  }

  get isTaken(): boolean {
    return this.#waiting !== undefined;
  }

  open(): void {
    this.#isOpen = true;
  }

  /** An end that waits goes alone. */
  close(): void {
    this.#isOpen = false;
    this.#waiting?.(undefined);
    this.#waiting = undefined;
  }

  /**
   * For an end: resolves with the function that receives the job it takes along, or with undefined if it goes alone.
   */
  wait(): Promise<Deliver | undefined> {
    if (!this.#isOpen || this.isTaken) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#onWait();
    });
  }

  /** For the loop: the job that the waiting end brings along; undefined where none waits. */
  take(): Promise<TakenJob | undefined> | undefined {
    const start = this.#waiting;
    if (start === undefined) return undefined;
    this.#waiting = undefined;
    return new Promise((deliver) => start(deliver));
  }
}
