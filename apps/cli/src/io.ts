import { EXIT } from './exit.ts';
import type { Readable } from 'node:stream';

export interface TextSink {
  write(text: string): unknown;
  /** Whether it is a terminal. Default false. */
  readonly isTTY?: boolean;
  /** Its width in columns, if known. */
  readonly columns?: number;
}

/** The streams of one run; tests pass their own. */
export interface Io {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly stdin: Readable;
  /** Whether the user can be asked. */
  readonly isTTY: boolean;
  /**
   * Calls the listener on SIGINT, which then does not end the process. Returns a function that removes the listener.
   */
  onInterrupt(listener: () => void): () => void;
}

/**
 * The process's own streams. If the reader closes the pipe (`kieq list | head`), further output is dropped, work that
 * can be interrupted ends as by SIGINT, and all other work is completed. If the output cannot be written, such as on a
 * full disk, the same happens, with a message on standard error and its own exit code.
 */
export function processIo(): Io {
  const listeners = new Set<() => void>();
  let reported = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    for (const listener of listeners) listener();
    if (reported || error.code === 'EPIPE') return;
    reported = true;
    process.stderr.write(`kieq: ${lostText(error)}\n`);
    process.exitCode = EXIT.unavailable;
  });
  // No stream is left for a message.
  process.stderr.on('error', () => undefined);
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    isTTY: process.stdin.isTTY && process.stderr.isTTY,
    onInterrupt(listener) {
      listeners.add(listener);
      process.on('SIGINT', listener);
      return () => {
        listeners.delete(listener);
        process.off('SIGINT', listener);
      };
    },
  };
}

function lostText({ code, message }: NodeJS.ErrnoException): string {
  const reason = code === 'ENOSPC' ? 'no space left (ENOSPC)' : message;
  return `the output could not be written: ${reason}. Changes of the command remain; check them with kieq list or kieq show`;
}
