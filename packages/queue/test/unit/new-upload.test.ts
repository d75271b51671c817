import { readFile } from 'node:fs/promises';
import { assert, property, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { picture } from '../../../testkit/src/picture.ts';
import { newUpload } from '../../src/uploads/new-upload.ts';
import { JPEG, PNG, webp } from '../image-bytes.ts';

const CASES = new URL('../cases/', import.meta.url);
const caseOf = (name: string): Promise<Buffer> => readFile(new URL(name, CASES));
const WEBP = webp('VP8 ');

/** What the file is said to be; `taken` for an image. */
function verdict(bytes: Buffer): string {
  const upload = newUpload('shop', bytes);
  return upload.kind === 'image' ? 'taken' : upload.received;
}

/** A segment of a JPEG. */
function segment(marker: number, body: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(2 + body.length, 2);
  return Buffer.concat([head, body]);
}

describe('an image that is whole', () => {
  test.each([
    ['a JPEG', picture],
    ['a JPEG with bytes behind its end', Buffer.concat([picture, Buffer.alloc(500)])],
    ['a JPEG with a second one behind it', Buffer.concat([picture, picture.subarray(0, 50)])],
    [
      'a JPEG with fill bytes before its markers',
      Buffer.concat([JPEG.subarray(0, -2), Buffer.from('ffffffd9', 'hex')]),
    ],
    ['a JPEG with zeros before its end', Buffer.concat([JPEG.subarray(0, -2), Buffer.alloc(7), JPEG.subarray(-2)])],
    ['a PNG', PNG],
    ['a PNG with bytes behind its end', Buffer.concat([PNG, Buffer.from('\n')])],
    ['a WebP', WEBP],
    ['a WebP with bytes behind its end', Buffer.concat([WEBP, Buffer.alloc(3)])],
  ])('is taken: %s', (_what, bytes) => {
    expect(verdict(bytes)).toBe('taken');
  });
});

describe('an image that is cut off', () => {
  test.each([
    ['JPEG', picture, 4, 1],
    ['PNG', PNG, 33, 5],
    ['WebP', WEBP, 16, 1],
  ])('is refused wherever it is cut: %s', (name, bytes, shortest, end) => {
    for (let length = shortest; length <= bytes.length - end; length += 1) {
      const cut = bytes.subarray(0, length);
      expect([length, verdict(cut)]).toEqual([
        length,
        `a ${name} image that is cut off: its end is missing after ${length} bytes; send it again from its source`,
      ]);
    }
  });

  test('is refused although its preview is whole', () => {
    const whole = Buffer.concat([Buffer.from('ffd8', 'hex'), segment(0xe1, picture), picture.subarray(2)]);
    expect(verdict(whole)).toBe('taken');
    expect(verdict(whole.subarray(0, -2))).toContain('cut off');
  });

  test('is refused as it came from outside', async () => {
    expect(verdict(await caseOf('truncated.jpg'))).toMatch(
      /^a JPEG image that is cut off: its end is missing after 774/,
    );
  });
});

describe('what is no image that Kie takes is refused by its name', () => {
  test.each([
    ['heic-as.jpg', 'a HEIC image, the format of many phones'],
    ['plain.avif', 'an AVIF image'],
    ['plain.gif', 'a GIF image'],
    ['page.jpg', 'an HTML page'],
  ])('%s', async (name, received) => {
    expect(newUpload('shop', await caseOf(name))).toEqual({
      kind: 'refused',
      rule: 'must be a whole JPEG, PNG or WebP image',
      received,
    });
  });

  test.each<[string, string | Buffer]>([
    ['an empty file', ''],
    ['a PDF', '%PDF-1.7\n'],
    ['a video', '\0\0\0\x14ftypisom\0\0\0\0'],
    ['a BMP image', `BM\0\0\0\0\0\0\0\0\0\0\0\0\x28\0\0\0`],
    ['a TIFF image or a raw photograph', 'II*\0\x08\0\0\0'],
    ['a WebP file without an image', webp('XMP ')],
    ['the beginning of a PNG image', PNG.subarray(0, 20)],
    ['the beginning of a JPEG image', Buffer.from('ffd8', 'hex')],
    ['an SVG drawing', '\uFEFF<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['an HTML page', '\n<!-- x --><!DOCTYPE html><p>'],
    ['a JSON text', '{"code":404}'],
    ['an image as a data URL', `data:image/png;base64,${PNG.toString('base64')}`],
    ['an image as Base64 text', picture.toString('base64')],
    ['a link', 'https://a.example/cat.jpg'],
    ['a text', 'BMW is no bitmap'],
    ['9 bytes of which the first are all zero', Buffer.alloc(9)],
    ['3 bytes of an unknown kind', Buffer.from('01fe02', 'hex')],
  ])('%s', (received, content) => {
    expect(verdict(Buffer.from(content))).toBe(received);
  });
});

test('whatever comes is judged, in time that grows with its length alone', () => {
  const starts = [JPEG.subarray(0, 4), PNG.subarray(0, 33), WEBP.subarray(0, 16), Buffer.alloc(0)];
  assert(
    property(uint8Array({ maxLength: 300 }), (bytes) => {
      for (const start of starts) expect(verdict(Buffer.concat([start, bytes]))).toMatch(/./);
    }),
    { numRuns: 300 },
  );
  const startedAt = performance.now();
  for (const fill of [0xff, 0x00, 0x3c, 0x20, 0x7b])
    verdict(Buffer.concat([JPEG.subarray(0, 20), Buffer.alloc(1e7, fill)]));
  verdict(Buffer.concat([JPEG.subarray(0, 20), Buffer.alloc(1e7, Buffer.from('ff00', 'hex'))]));
  verdict(Buffer.from('<!-- '.repeat(1e6)));
  expect(performance.now() - startedAt).toBeLessThan(3000);
});
