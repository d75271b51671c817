import { describe, expect, test } from 'vitest';
import { hasEnd } from '../../src/uploads/image-end.ts';

const JPG = { name: 'JPEG', extension: 'jpg', contentType: 'image/jpeg' } as const;
const LENGTH = 30_000;
const SEARCHES = new Set<string | symbol>(['indexOf', 'lastIndexOf', 'includes', 'subarray', 'slice', 'toString']);

/** The same bytes, and what is done with them: how often one is read, and how often they are searched or copied. */
function counted(bytes: Buffer): { readonly bytes: Buffer; readonly done: { reads: number; searches: number } } {
  const done = { reads: 0, searches: 0 };
  const get = (target: Buffer, key: string | symbol): unknown => {
    if (typeof key === 'string' && /^\d+$/.test(key)) done.reads += 1;
    if (SEARCHES.has(key)) done.searches += 1;
    const value: unknown = Reflect.get(target, key);
    return typeof value === 'function' ? value.bind(target) : value;
  };
  return { bytes: new Proxy(bytes, { get }), done };
}

/** SOI, then the same bytes over and over, and no end. */
function endless(...unit: readonly number[]): Buffer {
  const body = Array.from({ length: LENGTH }, (_, i) => unit[i % unit.length] ?? 0);
  return Buffer.from([0xff, 0xd8, ...body]);
}

describe('hasEnd of a JPEG', () => {
  // Whoever uploads chooses them: a search or a copy for each would cost seconds for each upload.
  test.each([
    ['fill bytes', endless(0xff)],
    ['stuffed zeros', endless(0xff, 0x00)],
    ['restarts', endless(0xff, 0xd0)],
    ['empty segments', endless(0xff, 0xe0, 0x00, 0x00)],
    ['image data', endless(0x12)],
  ])('looks at each byte a few times and searches nothing: %s', (_name, image) => {
    const { bytes, done } = counted(image);
    expect(hasEnd(JPG, bytes)).toBe(false);
    expect(done.reads).toBeGreaterThan(LENGTH / 8);
    expect(done.reads).toBeLessThan(4 * LENGTH);
    expect(done.searches).toBe(0);
  });

  test('finds it behind them', () => {
    const image = Buffer.concat([endless(0xff), endless(0xff, 0xd0), Buffer.from([0xff, 0xd9])]);
    expect(hasEnd(JPG, image)).toBe(true);
  });
});
