import { EXIT } from './exit.ts';
import type { Readable } from 'node:stream';

export interface TextSink {
  write(text: string): unknown;
  /** Whether it is a terminal. Default false. */
  readonly isTTY?: boolean;
  /** Its width, where it tells. */
  readonly columns?: number;
}

/** Where a run of the program reads and writes; tests bring their own. */
export interface Io {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly stdin: Readable;
  /** Whether a person can be asked. */
  readonly isTTY: boolean;
  /** Calls the listener on SIGINT, which then no longer ends the process; the result stops that. */
  onInterrupt(listener: () => void): () => void;
}

/**
 * The process's own streams. A reader that has seen enough (`kieq list | head`) takes nothing back: what follows is
 * printed to nobody, work that can be interrupted ends as by SIGINT, and everything else is done. An output that cannot
 * be written, such as a full disk, does the same and is told; the exit code then says so.
 */
export function processIo(): Io {
  const listeners = new Set<() => void>();
  let told = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    for (const listener of listeners) listener();
    if (told || error.code === 'EPIPE') return;
    told = true;
    process.stderr.write(`kieq: ${lostText(error)}\n`);
    process.exitCode = EXIT.unavailable;
  });
  // Nobody is left who could be told.
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
  const reason = code === 'ENOSPC' ? 'no space is left (ENOSPC)' : message;
  return `what was printed could not be written: ${reason}. What the command changed stays changed; look with kieq list or kieq show`;
}
