import type { Doubt, MediaWalk } from './media-walk.ts';

/** Size and type, or size 1, type and the long size. */
const SHORT_HEADER = 8;
const LONG_HEADER = 16;
/** Boxes with pictures and sound. */
const MEDIA = new Set(['mdat', 'moof']);
const TAIL = 'bytes that are no box follow its last box';

/**
 * Walks the top-level boxes of an MP4 (ISO 14496-12, 4.2) while it streams: a file that was cut off ends within a box,
 * also where its sender announced a shorter length, and one without its index (`moov`) does not play.
 *
 * State: either a header is collected, or the bytes of a box are skipped. Bytes that are no box (a name that is not
 * printable, a size below its own header, less than a header) end the walk. Players skip such a tail, and a last box
 * without index or media: where index and media are complete, they are no grave doubt.
 */
export class Mp4Walk implements MediaWalk {
  readonly #header = Buffer.alloc(LONG_HEADER);
  #gathered = 0;
  /** Bytes left of the box that is skipped. */
  #left = 0n;
  #box = '';
  /** The names of all boxes that have begun. */
  readonly #begun = new Set<string>();
  /** Names of boxes of which one is required. */
  readonly #index: readonly string[];
  #hasTail = false;
  #isOver = false;

  /** @param index names of boxes of which one is required to play the file */
  constructor(index: readonly string[]) {
    this.#index = index;
  }

  take(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let at = 0; at < bytes.length && !this.#isOver;) {
      at += this.#left > 0n ? this.#pass(bytes.length - at) : this.#gather(bytes.subarray(at));
    }
  }

  finish(): Doubt | undefined {
    if (this.#left > 0n) {
      const isNeeded = MEDIA.has(this.#box) || this.#index.includes(this.#box);
      return { reason: `the file is cut off within its box ${this.#box}`, isGrave: isNeeded || !this.#isComplete() };
    }
    const isBroken = this.#gathered > 0 && !this.#isOver;
    if (isBroken && !this.#isComplete())
      return { reason: 'the file is cut off at the beginning of a box', isGrave: true };
    if (!this.#hasIndex()) return { reason: `the file has no box ${this.#index.join(' or ')}`, isGrave: true };
    return isBroken || this.#hasTail ? { reason: TAIL, isGrave: false } : undefined;
  }

  #hasIndex(): boolean {
    return this.#index.some((name) => this.#begun.has(name));
  }

  #isComplete(): boolean {
    return this.#hasIndex() && [...MEDIA].some((name) => this.#begun.has(name));
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
    // Size 0 means: to the end of the file.
    this.#isOver = !isBox || size === 0n;
    this.#hasTail = !isBox;
    if (!isBox) return;
    this.#box = box.trim();
    this.#begun.add(box);
    if (size > 0n) this.#left = size - BigInt(length);
  }
}
