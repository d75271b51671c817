import { randomBytes } from 'node:crypto';
import { PNG } from '../../../packages/queue/test/image-bytes.ts';

export { JPEG, PNG, webp } from '../../../packages/queue/test/image-bytes.ts';

/** A PNG of this many bytes that no other call makes. */
export function pngOf(bytes: number): Buffer {
  return Buffer.concat([PNG, randomBytes(bytes - PNG.length)]);
}
