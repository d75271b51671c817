import { brandOf } from './boxes.ts';
import type { MediaWalk } from './media-walk.ts';
import { Mp4Walk } from './mp4.ts';

/** A kind of file that is archived. */
export interface MediaKind {
  /** Without a dot. */
  readonly extension: string;
  readonly contentType: string;
  /** Extension under which workers stored it that did not know the kind. */
  readonly formerExtension?: string;
  /** Whether a file begins as this kind does. */
  readonly matches: (head: Buffer) => boolean;
  /** Checks the whole file; absent where only the beginning is checked. */
  readonly walk?: () => MediaWalk;
}

/** Number of bytes that identify the kind: a box may precede the one that names it. */
export const HEAD_BYTES = 4096;

const at = (offset: number, text: string) => (head: Buffer) =>
  head.subarray(offset, offset + text.length).equals(Buffer.from(text, 'latin1'));
const both = (one: MediaKind['matches'], other: MediaKind['matches']) => (head: Buffer) => one(head) && other(head);
const brand = (pattern: RegExp) => (head: Buffer) => pattern.test(brandOf(head) ?? '');
const ebml = at(0, '\x1A\x45\xDF\xA3');
/** The first header of an EBML document contains its type. */
const isWebm = (head: Buffer): boolean => head.subarray(0, 64).includes('webm');

/** Kinds that Kie's models make: videos; other models may make pictures. The first match counts. */
export const MEDIA_KINDS: readonly MediaKind[] = [
  {
    extension: 'mov',
    contentType: 'video/quicktime',
    formerExtension: 'mp4',
    matches: brand(/^qt {2}$/),
    walk: () => new Mp4Walk(['moov']),
  },
  {
    extension: 'avif',
    contentType: 'image/avif',
    matches: brand(/^avi[fs]$/),
    walk: () => new Mp4Walk(['meta', 'moov']),
  },
  {
    extension: 'heic',
    contentType: 'image/heic',
    matches: brand(/^(he[iv][cxms]|mif1|msf1)$/),
    walk: () => new Mp4Walk(['meta', 'moov']),
  },
  {
    extension: 'mp4',
    contentType: 'video/mp4',
    matches: (head) => brandOf(head) !== undefined,
    walk: () => new Mp4Walk(['moov']),
  },
  { extension: 'webm', contentType: 'video/webm', matches: both(ebml, isWebm) },
  { extension: 'mkv', contentType: 'video/x-matroska', formerExtension: 'webm', matches: ebml },
  { extension: 'avi', contentType: 'video/x-msvideo', matches: both(at(0, 'RIFF'), at(8, 'AVI ')) },
  { extension: 'png', contentType: 'image/png', matches: at(0, '\x89PNG\r\n\x1a\n') },
  { extension: 'jpg', contentType: 'image/jpeg', matches: at(0, '\xFF\xD8\xFF') },
  { extension: 'gif', contentType: 'image/gif', matches: at(0, 'GIF8') },
  { extension: 'webp', contentType: 'image/webp', matches: both(at(0, 'RIFF'), at(8, 'WEBP')) },
];

/** The kind of a file by its first bytes, whatever its content type. */
export function kindOf(head: Buffer): MediaKind | undefined {
  return MEDIA_KINDS.find(({ matches }) => matches(head));
}

/** A sender with such a content type sent a message and no file. */
const MESSAGES = /^(text\/.*|application\/(json|xml|xhtml\+xml|problem\+json))$/;

export function isMessage(contentType: string | undefined): contentType is string {
  return contentType !== undefined && MESSAGES.test(contentType);
}
