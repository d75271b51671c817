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

/** The process's own streams. A reader that has seen enough (`kieq list | head`) ends the program quietly. */
export function processIo(): Io {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    isTTY: process.stdin.isTTY && process.stderr.isTTY,
    onInterrupt(listener) {
      process.on('SIGINT', listener);
      return () => void process.off('SIGINT', listener);
    },
  };
}
