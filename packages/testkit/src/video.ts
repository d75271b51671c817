import { Readable } from 'node:stream';

/** A box of an MP4. */
function box(type: string, body: Buffer = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(8 + body.length, 0);
  header.write(type, 4, 'latin1');
  return Buffer.concat([header, body]);
}

const BEGINNING = Buffer.concat([box('ftyp', Buffer.from('isom\0\0\0\0mp42')), box('moov', Buffer.alloc(64))]);
/** Header of a box with a long size. */
const LONG_HEADER = 16;
/** Bytes of a made video that are not its picture. */
const OVERHEAD = BEGINNING.length + LONG_HEADER;
const PIECE = Buffer.alloc(64 * 1024, 'kieq');

/**
 * The bytes of a well-formed MP4 of exactly this length, made as they are read: no player can play it, and every check
 * of its structure passes.
 * @param bytes at least 128
 */
export function* videoBytes(bytes: number): Generator<Buffer> {
  const media = Buffer.alloc(LONG_HEADER);
  media.writeUInt32BE(1, 0);
  media.write('mdat', 4, 'latin1');
  media.writeBigUInt64BE(BigInt(bytes - BEGINNING.length), 8);
  yield Buffer.concat([BEGINNING, media]);
  for (let left = bytes - OVERHEAD; left > 0; left -= PIECE.length) yield PIECE.subarray(0, left);
}

/** The same as a stream. */
export function videoStream(bytes: number): Readable {
  return Readable.from(videoBytes(bytes), { objectMode: false, highWaterMark: 1024 * 1024 });
}

/** The same at once. */
export function video(bytes: number): Buffer {
  return Buffer.concat([...videoBytes(bytes)]);
}
