import type { TextSink } from './io.ts';
import { printable } from './text/printable.ts';

const BACK = '\r\u001B[2K';
/** Used if the terminal reports no width. */
const COLUMNS = 80;

/**
 * One line at the bottom of a terminal that is overwritten: the progress of a command. Elsewhere it does not exist.
 * All other output goes through `above`, or the two would mix.
 */
export class StatusLine {
  readonly #sink: TextSink;
  #shown = '';

  constructor(sink: TextSink) {
    this.#sink = sink;
  }

  get exists(): boolean {
    return this.#sink.isTTY === true;
  }

  /** An empty text removes the line. */
  show(text: string): void {
    if (!this.exists) return;
    const next = printable(text.replaceAll('\n', ' ')).slice(0, (this.#sink.columns ?? COLUMNS) - 1);
    if (next === this.#shown) return;
    this.#shown = next;
    this.#sink.write(`${BACK}${next}`);
  }

  /** Writes something above the line. */
  above(write: () => void): void {
    if (this.#shown === '') return write();
    this.#sink.write(BACK);
    write();
    this.#sink.write(this.#shown);
  }
}
