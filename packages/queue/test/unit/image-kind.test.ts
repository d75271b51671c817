import { describe, expect, test } from 'vitest';
import { imageKind } from '../../src/uploads/image-kind.ts';
import { JPEG, PNG, webp } from '../image-bytes.ts';

describe('imageKind', () => {
  test.each([
    ['jpg', JPEG],
    ['png', PNG],
    ['webp', webp('VP8 ')],
    ['webp', webp('VP8L')],
    ['webp', webp('VP8X')],
  ])('knows %s by its bytes', (extension, bytes) => {
    expect(imageKind(bytes)?.extension).toBe(extension);
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['a GIF', Buffer.from('GIF89a'.padEnd(40))],
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['HTML', Buffer.from('<html>'.padEnd(40))],
    ['SOI without a marker', Buffer.from([0xff, 0xd8, 0xff])],
    ['SOI and a stuffed zero', Buffer.from([0xff, 0xd8, 0xff, 0x00])],
    ['SOI and fill bytes alone', Buffer.from([0xff, 0xd8, 0xff, 0xff])],
    ['the signature of PNG alone', PNG.subarray(0, 8)],
    ['a PNG cut off in its header', PNG.subarray(0, 32)],
    [
      'a PNG that begins with another chunk',
      Buffer.concat([PNG.subarray(0, 12), Buffer.from('tEXt'), PNG.subarray(16)]),
    ],
    ['another RIFF file', Buffer.from('RIFF\x24\x00\x00\x00WAVEfmt '.padEnd(40), 'latin1')],
    ['WebP without image data', webp('XMP ')],
  ])('refuses %s', (_name, bytes) => {
    expect(imageKind(bytes)).toBeUndefined();
  });
});
