import { readFile } from 'node:fs/promises';
import { array, assert, nat, property, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { video } from '../../../testkit/src/video.ts';
import { tinyVideo } from '../../../simulator/src/video/tiny.ts';
import { kindOf } from '../../src/media.ts';
import type { Doubt } from '../../src/media-walk.ts';
import { Mp4Walk } from '../../src/mp4.ts';

const CASES = new URL('../cases/', import.meta.url);
const caseOf = (name: string): Promise<Buffer> => readFile(new URL(name, CASES));

function doubt(bytes: Buffer, cuts: readonly number[] = []): Doubt | undefined {
  const walk = new Mp4Walk(['moov']);
  const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
  for (let i = 1; i < edges.length; i += 1) walk.take(bytes.subarray(edges[i - 1], edges[i]));
  return walk.finish();
}

/** What seems to be missing. */
function verdict(bytes: Buffer, cuts: readonly number[] = []): string | undefined {
  const found = doubt(bytes, cuts);
  return found?.isGrave === true ? found.reason : undefined;
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

  // @guarantee G3
  test('finds every cut that is not between two boxes, and a cut before moov', () => {
    const between: number[] = [];
    for (let length = 1; length < tinyVideo.length; length += 1) {
      if (verdict(tinyVideo.subarray(0, length)) === undefined) between.push(length);
    }
    // Only the box `free` at its end is missing, or a part of it.
    expect(between).toEqual(Array.from({ length: 136 }, (_, i) => tinyVideo.length - 136 + i));
    expect(verdict(video(200_000).subarray(0, 180_000))).toBe('the file is cut off within its box mdat');
    expect(verdict(box('ftyp', 8))).toBe('the file has no box moov');
  });

  test('takes a last box without a size', () => {
    expect(doubt(Buffer.concat([START, box('mdat', 0, Buffer.alloc(100))]))).toBeUndefined();
  });

  test.each([
    ['zeros', Buffer.alloc(100)],
    ['a header of no box', box('\x01\x02\x03\x04', 5000)],
    ['a newline', Buffer.from('\n')],
    ['five zeros', Buffer.alloc(5)],
    ['a text', Buffer.from('\r\n--boundary--\r\n')],
    ['a box without index or media, cut off', box('free', 5000, Buffer.alloc(10))],
  ])('plays with bytes after its last box, which give a warning: %s', (_what, tail) => {
    const whole = Buffer.concat([START, box('mdat', 100, Buffer.alloc(92))]);
    expect(doubt(whole)).toBeUndefined();
    expect(doubt(Buffer.concat([whole, tail]))).toMatchObject({ isGrave: false });
  });

  test('is not taken for complete before its media have begun', () => {
    expect(verdict(Buffer.concat([START, Buffer.from('\0\0')]))).toBe('the file is cut off at the beginning of a box');
  });

  test.each([
    ['frag.mp4', undefined],
    ['moov-end.mp4', undefined],
    ['uuid-end.mp4', undefined],
    ['quick.mov', undefined],
    ['trailing-newline.mp4', false],
    ['trailing-5.mp4', false],
  ])('of %s is %s', async (name, isGrave) => {
    expect(doubt(await caseOf(name))?.isGrave).toBe(isGrave);
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
  ['mp4', Buffer.concat([box('free', 24, Buffer.alloc(16)), video(1000)])],
  ['mp4', Buffer.concat([box('uuid', 4000, Buffer.alloc(3992)), video(1000)])],
  ['mp4', Buffer.concat([box('mdat', 50_000, Buffer.alloc(49_992)), video(1000)])],
  ['mov', Buffer.concat([box('wide', 8), box('mdat', 50, Buffer.alloc(42)), box('moov', 8)])],
  ['mov', Buffer.from('\0\0\0\x14ftypqt  \0\0\0\0qt  ', 'latin1')],
  ['avif', Buffer.from('\0\0\0\x14ftypavif\0\0\0\0mif1', 'latin1')],
  ['heic', Buffer.from('\0\0\0\x14ftypheic\0\0\0\0mif1', 'latin1')],
  ['webm', Buffer.from('1a45dfa39f4286810142f7810142f2810442f381084282847765626d', 'hex')],
  ['mkv', Buffer.from('1a45dfa3934282886d6174726f736b61', 'hex')],
  ['avi', Buffer.from('RIFF\x24\0\0\0AVI LIST', 'latin1')],
  ['gif', Buffer.from('GIF89a')],
  ['png', Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1')],
  ['jpg', Buffer.from('ffd8ffe000104a464946', 'hex')],
  ['webp', Buffer.from('RIFF\x24\0\0\0WEBPVP8 ', 'latin1')],
  [undefined, Buffer.from('<!doctype html><title>ftyp</title>')],
  [undefined, Buffer.from('RIFF\x24\0\0\0WAVEfmt ', 'latin1')],
  [undefined, Buffer.from('{"code":404}')],
  [undefined, Buffer.from('<p> free videos for everybody')],
  [undefined, Buffer.from('see moov')],
  [undefined, Buffer.alloc(0)],
])('%s is known by its first bytes', (extension, bytes) => {
  expect(kindOf(bytes)?.extension).toBe(extension);
});
