import type { ImageKind } from './image-kind.ts';

/** The chunk that ends every PNG: without data. */
const PNG_END = Buffer.from('0000000049454e44', 'hex');
const EOI = 0xd9;
/** Markers of JPEG without a segment after them: TEM, the restarts, SOI; and a stuffed zero. */
const isAlone = (marker: number): boolean => marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8);

/**
 * Whether an image comes to its end: Kie accepts one that was cut off, by a broken upload or a full disk, and charges
 * for it. Only the structure is checked, once; bytes after the end are padding.
 */
export function hasEnd({ extension }: ImageKind, bytes: Buffer): boolean {
  switch (extension) {
    case 'jpg':
      return hasJpegEnd(bytes);
    case 'png':
      return bytes.includes(PNG_END);
    case 'webp':
      // The RIFF header contains the length of everything after its own 8 bytes.
      return bytes.readUInt32LE(4) + 8 <= bytes.length;
    default:
      return extension satisfies never;
  }
}

/**
 * Walks the segments of a JPEG to its EOI. They are passed over by their lengths: the preview of a camera within one of
 * them has an EOI of its own. Behind the header of a scan the image data are passed over to the next marker.
 */
function hasJpegEnd(bytes: Buffer): boolean {
  // Byte by byte: a search for the next marker costs more than it saves where every second byte is one.
  for (let at = 2; at < bytes.length;) {
    const marker = bytes[at] === 0xff ? bytes[at + 1] : undefined;
    if (marker === EOI) return true;
    if (marker === undefined || marker === 0xff) at += 1;
    else at += isAlone(marker) ? 2 : 2 + segmentLength(bytes, at + 2);
  }
  return false;
}

/** Includes the two bytes of the length itself; a segment that was cut off reaches beyond the end. */
function segmentLength(bytes: Buffer, at: number): number {
  return at + 2 <= bytes.length ? bytes.readUInt16BE(at) : bytes.length;
}
