import type { UploadRef } from '@kieq/domain';

/** What Kie accepts as an image, recognised by its bytes: names and declared types are the caller's claims. */
export interface ImageKind {
  readonly name: string;
  readonly extension: UploadRef['extension'];
  readonly contentType: string;
}

const JPEG: ImageKind = { name: 'JPEG', extension: 'jpg', contentType: 'image/jpeg' };
const PNG: ImageKind = { name: 'PNG', extension: 'png', contentType: 'image/png' };
const WEBP: ImageKind = { name: 'WebP', extension: 'webp', contentType: 'image/webp' };

/** Signature, then the IHDR chunk of 13 bytes, which must come first. */
const PNG_START = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const PNG_HEADER_BYTES = 33;
/** Lossy, lossless, extended: the first chunk of every WebP file. */
const WEBP_CHUNKS = new Set(['VP8 ', 'VP8L', 'VP8X']);

/** Undefined for everything that is not a JPEG, PNG or WebP image. */
export function imageKind(bytes: Buffer): ImageKind | undefined {
  if (isJpeg(bytes)) return JPEG;
  if (isPng(bytes)) return PNG;
  return isWebp(bytes) ? WEBP : undefined;
}

/** SOI, then a marker: `FF` and a byte that is neither a stuffed zero nor a fill byte. */
function isJpeg(bytes: Buffer): boolean {
  const marker = bytes[3] ?? 0;
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff && marker >= 0xc0 && marker < 0xff;
}

function isPng(bytes: Buffer): boolean {
  return bytes.length >= PNG_HEADER_BYTES && bytes.subarray(0, PNG_START.length).equals(PNG_START);
}

function isWebp(bytes: Buffer): boolean {
  const text = bytes.toString('latin1', 0, 16);
  return text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP' && WEBP_CHUNKS.has(text.slice(12, 16));
}
