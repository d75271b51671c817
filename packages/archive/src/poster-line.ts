import type { Pictured, PosterOutcome } from './poster.ts';

/** Most posters that wait. A poster is worth little: where more come at once, the others are not made. */
const MAX_WAITING = 100;

/**
 * Makes posters one after the other, independently of everything else: an ffmpeg that is slow or hangs must block
 * neither a result that is still to be saved nor all cores.
 */
export class PosterLine {
  readonly #make: (file: Pictured, signal: AbortSignal) => Promise<PosterOutcome>;
  readonly #closing = new AbortController();
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** @param make must not reject */
  constructor(make: (file: Pictured, signal: AbortSignal) => Promise<PosterOutcome>) {
    this.#make = make;
  }

  add(file: Pictured): Promise<PosterOutcome> {
    if (this.#waiting >= MAX_WAITING)
      return Promise.resolve({ kind: 'failed', reason: `${MAX_WAITING} other posters wait already` });
    this.#waiting += 1;
    const turn = this.#last.then(() => this.#next(file));
    this.#last = turn;
    return turn;
  }

  /** Ends the running one, and drops those that wait. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#last;
  }

  async #next(file: Pictured): Promise<PosterOutcome> {
    this.#waiting -= 1;
    const { signal } = this.#closing;
    return signal.aborted ? { kind: 'failed', reason: 'this process is shutting down' } : this.#make(file, signal);
  }
}
