import type { MediaWalk } from './media.ts';

/** Size and type, or size 1, type and the long size. */
const SHORT_HEADER = 8;
const LONG_HEADER = 16;

/**
 * Walks the boxes of an MP4 at the top level (ISO 14496-12, 4.2) while it streams by: a file that was cut off ends
 * within a box, also where its sender named a shorter length, and one without `moov` plays nowhere.
 *
 * State: either a header is gathered, or the bytes of a box are passed over. What is no box (a name that is not
 * printable, a size below its own header) ends the walk: players take such a tail, and so do we.
 */
export class Mp4Walk implements MediaWalk {
  readonly #header = Buffer.alloc(LONG_HEADER);
  #gathered = 0;
  /** Of the box that is passed over. */
  #left = 0n;
  #box = '';
  #hasMovie = false;
  #isOver = false;

  take(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let at = 0; at < bytes.length && !this.#isOver;) {
      at += this.#left > 0n ? this.#pass(bytes.length - at) : this.#gather(bytes.subarray(at));
    }
  }

  finish(): string | undefined {
    if (this.#left > 0n) return `it is cut off within its box ${this.#box}`;
    if (this.#gathered > 0 && !this.#isOver) return 'it is cut off at the beginning of a box';
    return this.#hasMovie ? undefined : 'it has no box moov';
  }

  #pass(available: number): number {
    const passed = this.#left < BigInt(available) ? Number(this.#left) : available;
    this.#left -= BigInt(passed);
    return passed;
  }

  #gather(bytes: Buffer): number {
    const wanted = this.#headerLength();
    const taken = bytes.copy(this.#header, this.#gathered, 0, wanted - this.#gathered);
    this.#gathered += taken;
    if (this.#gathered === this.#headerLength()) this.#begin();
    return taken;
  }

  #headerLength(): number {
    return this.#gathered >= SHORT_HEADER && this.#header.readUInt32BE(0) === 1 ? LONG_HEADER : SHORT_HEADER;
  }

  #begin(): void {
    const length = this.#headerLength();
    const short = this.#header.readUInt32BE(0);
    const size = short === 1 ? this.#header.readBigUInt64BE(8) : BigInt(short);
    const box = this.#header.toString('latin1', 4, 8);
    this.#gathered = 0;
    const isBox = /^[\x20-\x7e\xa9]{4}$/.test(box) && (size === 0n || size >= BigInt(length));
    // Size 0: to the end of the file.
    this.#isOver = !isBox || size === 0n;
    if (!isBox) return;
    this.#box = box.trim();
    this.#hasMovie ||= box === 'moov';
    if (size > 0n) this.#left = size - BigInt(length);
  }
}
