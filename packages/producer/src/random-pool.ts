import { randomFillSync } from 'node:crypto';

/** Filled by one call: a call to the system's source costs more than all other work on an id. */
const pool = Buffer.alloc(4096);
let used = pool.length;

/**
 * Bytes of a cryptographic source, each returned once.
 * @param count at most 4096
 */
export function drawBytes(count: number): Uint8Array {
  if (used + count > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const drawn = Uint8Array.from(pool.subarray(used, used + count));
  pool.fill(0, used, used + count);
  used += count;
  return drawn;
}
