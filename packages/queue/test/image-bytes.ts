/** Signature and header of a PNG of 1 by 1; what follows is not looked at. */
export const PNG = Buffer.from(
  '89504e470d0a1a0a0000000d4948445200000001000000010806000000' +
    '1f15c4890000000d49444154789c626001000000050001a5f645400000000049454e44ae426082',
  'hex',
);
/** SOI and the marker of JFIF. */
export const JPEG = Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex');

/** A WebP file with this first chunk. */
export function webp(chunk: string): Buffer {
  return Buffer.from(`RIFF\x1a\x00\x00\x00WEBP${chunk}\x0e\x00\x00\x00${'\x00'.repeat(14)}`, 'latin1');
}
