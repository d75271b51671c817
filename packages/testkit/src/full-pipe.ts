import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmdirSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A full pipe: writes block until a process reads. */
export interface FullPipe {
  /** What a process inherits as its standard output. */
  readonly fd: number;
  /** Reads its content, so that writes succeed again. */
  read(): Buffer;
  /** Its reader goes. The other end stays open: who still writes must not write into a file that gets the same number. */
  close(): void;
}

/**
 * @param options `isBlocking`: as a shell makes it; by default as Node makes its own standard output. `hasReader`: false
 * where its reader has gone
 */
export function fullPipe({ isBlocking = false, hasReader = true } = {}): FullPipe {
  const folder = mkdtempSync(join(tmpdir(), 'kieq-pipe-'));
  const path = join(folder, 'log');
  execFileSync('/bin/sh', ['-c', 'exec mkfifo "$1"', 'sh', path]);
  const own = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const fd = openSync(path, constants.O_WRONLY | (isBlocking ? 0 : constants.O_NONBLOCK));
  for (let size = 65_536; size > 0;) {
    try {
      writeSync(own, Buffer.alloc(size, '\n'));
    } catch {
      size = Math.floor(size / 2);
    }
  }
  let isOpen = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    closeSync(own);
    unlinkSync(path);
    rmdirSync(folder);
  };
  if (!hasReader) close();
  const read = (): Buffer => {
    const chunk = Buffer.alloc(1024 * 1024);
    try {
      return isOpen ? chunk.subarray(0, readSync(own, chunk)) : Buffer.alloc(0);
    } catch {
      return Buffer.alloc(0);
    }
  };
  return { fd, read, close };
}
