import { writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

/** Interval between tries while the reader is stuck, in ms. */
const AGAIN_MS = 50;
/** How long the remaining lines are offered to a reader when the process ends, in ms. */
const LAST_LINES_MS = 500;
const PAUSE_MS = 10;
/** Most bytes that are kept for a stuck reader; further lines are lost, and counted. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * Lines for a file descriptor, usually standard output. A log must never block or end the process that writes it:
 *
 * - a line is handed to the system before `write` returns, as long as the reader keeps up;
 * - a slow reader gets the lines later, in their order; at most 16 MiB are kept for it; lines beyond that are lost, and
 *   a line reports how many;
 * - a reader that is gone (`EPIPE`) gets no more lines;
 * - lines that a full disk or another fault refuses are lost, and later ones are tried again;
 * - when the process ends, the remaining lines are offered for half a second (`flushSync`).
 *
 * pino's own output waits indefinitely at the end of a process whose reader is gone or stuck, and a full disk ends the
 * process.
 */
export class LogOutput implements DestinationStream {
  readonly #fd: number;
  readonly #mostBytes: number;
  /** Lines that the system has not accepted; the first one may be the rest of a line. */
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #lost = 0;
  #isGone = false;
  #again: NodeJS.Timeout | undefined;

  /**
   * @param fd should not block: a blocking one, such as a stopped terminal, blocks the process that writes to it
   * @param mostBytes kept for a stuck reader; default 16 MiB
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

  /** @returns false when lines are left: the reader is stuck */
  #drain(): boolean {
    clearTimeout(this.#again);
    for (;;) {
      const first = this.#waiting[0];
      if (first === undefined && this.#lost === 0) return true;
      if (first === undefined) this.#reportLost();
      else if (!this.#offer(first)) return false;
    }
  }

  /** @returns false where the system did not accept all of it */
  #offer(first: Buffer): boolean {
    try {
      const written = writeSync(this.#fd, first);
      this.#waitingBytes -= written;
      if (written === first.length) this.#waiting.shift();
      else this.#waiting[0] = first.subarray(written);
    } catch (error) {
      if (!isBusy(error)) this.#drop(error);
      else {
        // The timer keeps no process alive: one without other work ends.
        this.#again = setTimeout(() => this.#drain(), AGAIN_MS).unref();
        return false;
      }
    }
    return true;
  }

  #reportLost(): void {
    const time = new Date().toISOString();
    const msg = 'log lines lost: the reader of the log was stuck';
    const text = { level: 'warn', time, pid: process.pid, lines: this.#lost, msg };
    this.#lost = 0;
    this.write(`${JSON.stringify(text)}\n`);
  }

  /** The kept lines are lost; with a reader that is gone, all later ones as well. */
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
  // Node makes a pipe non-blocking at the first access.
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
