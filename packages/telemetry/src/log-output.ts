import { writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

/** While the reader is stuck, the next try comes after so long, in ms. */
const AGAIN_MS = 50;
/** What is left when the process ends, or of its last words, is offered to a reader for so long, in ms. */
const LAST_LINES_MS = 500;
const PAUSE_MS = 10;
/** So much is kept for a reader that is stuck; what comes beyond it is lost, and counted. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * Lines for a file descriptor, usually standard output. A log must never hold up or end the process that writes it:
 *
 * - a line is handed to the system before `write` returns, as long as the reader keeps up;
 * - a reader that is slow gets the lines later, in their order; at most 16 MiB are kept for it, then lines are lost, and
 *   a line says how many;
 * - a reader that is gone (`EPIPE`) gets none any more;
 * - lines that a full disk or another fault refuses are lost, and the next ones are tried again;
 * - when the process ends, what is left is offered for half a second (`flushSync`), then it ends.
 *
 * pino's own output waits for ever at the end of a process whose reader is gone or stuck, and a full disk ends the
 * process.
 */
export class LogOutput implements DestinationStream {
  readonly #fd: number;
  readonly #mostBytes: number;
  /** What the system has not taken; the first one may be the rest of a line. */
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #lost = 0;
  #isGone = false;
  #again: NodeJS.Timeout | undefined;

  /**
   * @param fd should not block: one that does, such as a terminal that was stopped, holds up whatever writes to it
   * @param mostBytes kept for a reader that is stuck; default 16 MiB
   */
  constructor(fd: number, mostBytes: number = MOST_BYTES) {
    this.#fd = fd;
    this.#mostBytes = mostBytes;
  }

  write(line: string): void {
    if (this.#isGone) return;
    const bytes = Buffer.from(line);
    if (this.#waiting.length > 0 && this.#waitingBytes + bytes.length > this.#mostBytes) {
      this.#lost += 1;
      return;
    }
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waiting.length === 1) this.#drain();
  }

  /** Returns when everything is written, or half a second after the call. */
  flushSync(): void {
    const until = performance.now() + LAST_LINES_MS;
    while (!this.#drain() && performance.now() < until) pause(PAUSE_MS);
  }

  /** @returns false when something is left: the reader is stuck */
  #drain(): boolean {
    clearTimeout(this.#again);
    for (;;) {
      const first = this.#waiting[0];
      if (first === undefined && this.#lost === 0) return true;
      if (first === undefined) this.#tellLost();
      else if (!this.#offer(first)) return false;
    }
  }

  /** @returns false where it was not taken as a whole */
  #offer(first: Buffer): boolean {
    try {
      const written = writeSync(this.#fd, first);
      this.#waitingBytes -= written;
      if (written === first.length) this.#waiting.shift();
      else this.#waiting[0] = first.subarray(written);
    } catch (error) {
      if (!isBusy(error)) this.#drop(error);
      else {
        // Nothing waits for it: a process that has nothing else to do ends.
        this.#again = setTimeout(() => this.#drain(), AGAIN_MS).unref();
        return false;
      }
    }
    return true;
  }

  #tellLost(): void {
    const time = new Date().toISOString();
    const msg = 'lines of this log are lost: its reader was stuck';
    const text = { level: 'warn', time, pid: process.pid, lines: this.#lost, msg };
    this.#lost = 0;
    this.write(`${JSON.stringify(text)}\n`);
  }

  /** What stands here is lost; with a reader that is gone, whatever comes as well. */
  #drop(error: unknown): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#lost = 0;
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
