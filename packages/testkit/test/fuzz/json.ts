import * as fc from 'fast-check';
import { hostileText } from './text.ts';

/** A JSON text of lists in lists; no JavaScript client could write the deeper ones. */
export function deepLists(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels);
}

/** A JSON text of objects in objects. */
export function deepObjects(levels: number): string {
  return `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
}

/** Any JSON value, and those that are no number, no text or no object where one is expected. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(-1, 0, 1.5, 2 ** 53, 1e308, null, true, [], {}, [[]]),
);

/** The UTF-8 of these texts with one byte in it that is none. */
export function withBrokenByte(texts: fc.Arbitrary<string>): fc.Arbitrary<Buffer> {
  return fc.tuple(texts, fc.nat(60), fc.constantFrom(0xff, 0xc0, 0x80, 0xed)).map(([one, at, byte]) => {
    const bytes = Buffer.from(one);
    if (bytes.length > 0) bytes[at % bytes.length] = byte;
    return bytes;
  });
}
