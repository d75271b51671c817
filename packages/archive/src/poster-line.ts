import type { Pictured, PosterOutcome } from './poster.ts';

/** So many posters wait at most. Each is worth little: where more come at once, the rest goes without. */
const MAX_WAITING = 100;

/**
 * Posters are made one after the other, beside everything else: an ffmpeg that is slow or hangs must not take the
 * place of a result that is still to be saved, nor all cores.
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
      return Promise.resolve({ kind: 'failed', reason: `${MAX_WAITING} others wait already` });
    this.#waiting += 1;
    const turn = this.#last.then(() => this.#next(file));
    this.#last = turn;
    return turn;
  }

  /** Ends the one in work, and forgets those that wait. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#last;
  }

  async #next(file: Pictured): Promise<PosterOutcome> {
    this.#waiting -= 1;
    const { signal } = this.#closing;
    return signal.aborted ? { kind: 'failed', reason: 'the process ends' } : this.#make(file, signal);
  }
}
