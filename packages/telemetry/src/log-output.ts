import { write, writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

/** While nobody reads, the next try comes after so long, in ms. */
const AGAIN_MS = 50;
/** What is left when the process ends, or of its last words, is offered to a reader for so long, in ms. */
const LAST_LINES_MS = 500;
const PAUSE_MS = 10;

/**
 * Lines for a file descriptor, usually standard output. A log must never hold up or end the process that writes it:
 *
 * - a reader that is slow gets the lines later; meanwhile they are kept, and nothing waits for them;
 * - a reader that is gone (`EPIPE`) gets none any more;
 * - lines that a full disk or another fault refuses are lost, and the next ones are tried again;
 * - when the process ends, what is left is offered for half a second (`flushSync`), then it ends.
 *
 * Lines are written by the thread pool, in their order. pino's own output waits for ever at the end of a process whose
 * reader is gone or stuck, and a full disk ends the process.
 */
export class LogOutput implements DestinationStream {
  readonly #fd: number;
  /** What the system has not taken; the lines come behind it, and are not copied before it is their turn. */
  #waiting: Buffer[] = [];
  #lines: string[] = [];
  #isWriting = false;
  #isGone = false;
  #again: NodeJS.Timeout | undefined;

  /** @param fd should not block: one that does, such as a terminal that was stopped, holds up the end of the process */
  constructor(fd: number) {
    this.#fd = fd;
  }

  write(line: string): void {
    if (this.#isGone) return;
    this.#lines.push(line);
    if (!this.#isWriting && this.#again === undefined) this.#next();
  }

  /**
   * Returns when everything is written, or half a second after the call; what a thread is writing at this moment comes
   * by itself.
   */
  flushSync(): void {
    const until = performance.now() + LAST_LINES_MS;
    this.#gather();
    for (let chunk = this.#waiting.shift(); chunk !== undefined; chunk = this.#waiting.shift()) {
      try {
        this.#putBack(chunk.subarray(writeSync(this.#fd, chunk)));
      } catch (error) {
        if (!isBusy(error)) return this.#drop(error);
        this.#putBack(chunk);
        if (performance.now() >= until) break;
        pause(PAUSE_MS);
      }
    }
    if (this.#waiting.length > 0 && !this.#isWriting) this.#later();
  }

  #gather(): void {
    if (this.#lines.length > 0) this.#waiting.push(Buffer.from(this.#lines.join('')));
    this.#lines = [];
  }

  #putBack(chunk: Buffer): void {
    if (chunk.length > 0) this.#waiting.unshift(chunk);
  }

  #next(): void {
    if (this.#waiting.length === 0) this.#gather();
    const chunk = this.#waiting.shift();
    if (chunk === undefined) return;
    this.#isWriting = true;
    write(this.#fd, chunk, (error, written) => {
      this.#isWriting = false;
      if (error === null) this.#putBack(chunk.subarray(written));
      else if (isBusy(error)) {
        this.#putBack(chunk);
        return this.#later();
      } else this.#drop(error);
      this.#next();
    });
  }

  /** Nobody waits for it: a process that has nothing else to do ends. */
  #later(): void {
    clearTimeout(this.#again);
    this.#again = setTimeout(() => {
      this.#again = undefined;
      this.#next();
    }, AGAIN_MS).unref();
  }

  /** What stands here is lost; with a reader that is gone, whatever comes as well. */
  #drop(error: unknown): void {
    this.#waiting = [];
    this.#lines = [];
    this.#isGone = codeOf(error) === 'EPIPE';
  }
}

let output: LogOutput | undefined;

/** Standard output for all loggers of this process. */
export function standardOutput(): LogOutput {
  if (output !== undefined) return output;
  // Node makes a pipe one that does not block as soon as it is asked for.
  const made = new LogOutput(process.stdout.fd);
  process.once('exit', () => made.flushSync());
  output = made;
  return made;
}

const BUSY = new Set<unknown>(['EAGAIN', 'EBUSY', 'EINTR']);

function isBusy(error: unknown): boolean {
  return BUSY.has(codeOf(error));
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
