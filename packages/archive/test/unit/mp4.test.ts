import { array, assert, nat, property, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { video } from '../../../testkit/src/video.ts';
import { tinyVideo } from '../../../simulator/src/video/tiny.ts';
import { kindOf } from '../../src/media.ts';
import { Mp4Walk } from '../../src/mp4.ts';

function verdict(bytes: Buffer, cuts: readonly number[] = []): string | undefined {
  const walk = new Mp4Walk();
  const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
  for (let i = 1; i < edges.length; i += 1) walk.take(bytes.subarray(edges[i - 1], edges[i]));
  return walk.finish();
}

const box = (type: string, size: number, body: Buffer = Buffer.alloc(0)): Buffer => {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(size, 0);
  header.write(type, 4, 'latin1');
  return Buffer.concat([header, body]);
};
const START = Buffer.concat([box('ftyp', 8), box('moov', 8)]);

describe('the structure of an MP4', () => {
  test('is whole in real and in made videos, however they are cut into chunks', () => {
    for (const whole of [tinyVideo, video(200_000)]) {
      assert(
        property(array(nat(whole.length), { maxLength: 20 }), (cuts) => {
          expect(verdict(whole, cuts)).toBeUndefined();
        }),
        { numRuns: 30 },
      );
      expect(
        verdict(
          whole,
          Array.from({ length: 300 }, (_, i) => i),
        ),
      ).toBeUndefined();
    }
  });

  test('tells every cut that is not between two boxes, and a cut before moov', () => {
    const between: number[] = [];
    for (let length = 1; length < tinyVideo.length; length += 1) {
      if (verdict(tinyVideo.subarray(0, length)) === undefined) between.push(length);
    }
    // Only the box `free` at its end is missing.
    expect(between).toEqual([tinyVideo.length - 136]);
    expect(verdict(video(200_000).subarray(0, 180_000))).toBe('it is cut off within its box mdat');
    expect(verdict(box('ftyp', 8))).toBe('it has no box moov');
  });

  test('takes a last box without a size, and a tail that is no box', () => {
    expect(verdict(Buffer.concat([START, box('mdat', 0, Buffer.alloc(100))]))).toBeUndefined();
    expect(verdict(Buffer.concat([START, Buffer.alloc(100)]))).toBeUndefined();
    expect(verdict(Buffer.concat([START, box('\x01\x02\x03\x04', 5000)]))).toBeUndefined();
  });

  test('is never an endless walk, whatever the bytes', () => {
    assert(
      property(uint8Array({ maxLength: 500 }), (bytes) => {
        expect(verdict(Buffer.concat([START, bytes])) ?? '').toEqual(expect.any(String));
      }),
      { numRuns: 300 },
    );
  });
});

test.each([
  ['mp4', tinyVideo],
  ['mp4', video(1000)],
  ['webm', Buffer.from('1a45dfa3934282886d617472', 'hex')],
  ['png', Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1')],
  ['jpg', Buffer.from('ffd8ffe000104a464946', 'hex')],
  ['webp', Buffer.from('RIFF\x24\0\0\0WEBPVP8 ', 'latin1')],
  [undefined, Buffer.from('<!doctype html><title>ftyp</title>')],
  [undefined, Buffer.from('RIFF\x24\0\0\0WAVEfmt ', 'latin1')],
  [undefined, Buffer.from('{"code":404}')],
  [undefined, Buffer.alloc(0)],
])('%s is known by its first bytes', (extension, bytes) => {
  expect(kindOf(bytes)?.extension).toBe(extension);
});
