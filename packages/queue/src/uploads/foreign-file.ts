/** A kind of file that is not accepted as an image, by its first bytes. */
interface Foreign {
  readonly name: string;
  readonly matches: (head: Buffer) => boolean;
}

/** Bytes of a file that are examined: a text may begin with spaces or comments. */
const HEAD_BYTES = 1024;

const at =
  (offset: number, ...texts: readonly string[]) =>
  (head: Buffer) =>
    texts.some((text) => head.toString('latin1', offset, offset + text.length) === text);
const both = (one: Foreign['matches'], other: Foreign['matches']) => (head: Buffer) => one(head) && other(head);
const ftyp = (...brands: readonly string[]) => both(at(4, 'ftyp'), at(8, ...brands));
const text = (pattern: RegExp) => (head: Buffer) =>
  pattern.test(
    head
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .trimStart(),
  );

const HEIC = ['heic', 'heix', 'hevc', 'hevx', 'heim', 'heis', 'mif1', 'msf1'];
/** Lengths of the header behind the 14 bytes that begin a BMP. */
const BMP_HEADERS = ['\x0c\0\0\0', '\x28\0\0\0', '\x6c\0\0\0', '\x7c\0\0\0'];

/** Files that are often sent instead of an image. The first that matches names it. */
const FOREIGN: readonly Foreign[] = [
  { name: 'an AVIF image', matches: ftyp('avif', 'avis') },
  { name: 'a HEIC image, the format of many phones', matches: ftyp(...HEIC) },
  { name: 'a video', matches: at(4, 'ftyp') },
  { name: 'a GIF image', matches: at(0, 'GIF87a', 'GIF89a') },
  { name: 'a BMP image', matches: both(at(0, 'BM'), at(14, ...BMP_HEADERS)) },
  { name: 'a TIFF image or a raw photograph', matches: at(0, 'II*\0', 'MM\0*', 'IIRO', 'IIU\0') },
  { name: 'a JPEG XL image', matches: at(0, '\xff\x0a', '\0\0\0\x0cJXL ') },
  { name: 'a JPEG 2000 image', matches: at(0, '\0\0\0\x0cjP  ', '\xff\x4f\xff\x51') },
  { name: 'an icon', matches: at(0, '\0\0\x01\0') },
  { name: 'a Photoshop file', matches: at(0, '8BPS') },
  { name: 'a PDF', matches: at(0, '%PDF-') },
  { name: 'a WebP file without an image', matches: both(at(0, 'RIFF'), at(8, 'WEBP')) },
  { name: 'the beginning of a PNG image', matches: at(0, '\x89PNG') },
  { name: 'the beginning of a JPEG image', matches: at(0, '\xff\xd8') },
  { name: 'a video', matches: both(at(0, 'RIFF'), at(8, 'AVI ')) },
  { name: 'a video', matches: at(0, '\x1a\x45\xdf\xa3') },
  { name: 'a ZIP archive', matches: at(0, 'PK\x03\x04') },
  { name: 'a gzip file', matches: at(0, '\x1f\x8b') },
  { name: 'an SVG drawing', matches: text(/^(<\?xml[^>]*>\s*)?(<!--[^>]*-->\s*)*(<!doctype svg|<svg\b)/i) },
  { name: 'an HTML page', matches: text(/^(<!--[^>]*-->\s*)*<(!doctype html|html|head|body)\b/i) },
  { name: 'an XML text', matches: text(/^<\?xml\b/i) },
  { name: 'a JSON text', matches: text(/^[{[]\s*["{[\d\]}]/) },
  { name: 'an image as a data URL', matches: text(/^data:/i) },
  { name: 'an image as Base64 text', matches: text(/^(\/9j\/|iVBORw0KGgo|UklGR)/) },
  { name: 'a link', matches: text(/^https?:\/\//i) },
];

/** What a file is that is not accepted as an image, such as `a HEIC image, the format of many phones`. */
export function foreignName(bytes: Buffer): string {
  if (bytes.length === 0) return 'an empty file';
  const head = bytes.subarray(0, HEAD_BYTES);
  return FOREIGN.find(({ matches }) => matches(head))?.name ?? unknownName(bytes, head);
}

function unknownName({ length }: Buffer, head: Buffer): string {
  if (head.every((byte) => byte === 0)) return `${length} bytes of which the first are all zero`;
  const isText = head.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d));
  return isText ? 'a text' : `${length} bytes of an unknown kind`;
}
