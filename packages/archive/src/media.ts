import { Mp4Walk } from './mp4.ts';

/** A kind of file that is archived. */
export interface MediaKind {
  /** Without a dot. */
  readonly extension: string;
  readonly contentType: string;
  /** Whether a file begins like one. */
  readonly matches: (head: Buffer) => boolean;
  /** Looks at all of it; absent where only the beginning is known. */
  readonly walk?: () => MediaWalk;
}

/** Sees all bytes of a file in order. */
export interface MediaWalk {
  take(chunk: Uint8Array): void;
  /** What is wrong with the whole file; undefined where nothing is. */
  finish(): string | undefined;
}

/** So many bytes tell the kind. */
export const HEAD_BYTES = 16;

const at = (offset: number, text: string) => (head: Buffer) =>
  head.subarray(offset, offset + text.length).equals(Buffer.from(text, 'latin1'));

/** What Kie's models make: videos; a model that is passed through may make pictures. */
export const MEDIA_KINDS: readonly MediaKind[] = [
  { extension: 'mp4', contentType: 'video/mp4', matches: at(4, 'ftyp'), walk: () => new Mp4Walk() },
  { extension: 'webm', contentType: 'video/webm', matches: at(0, '\x1A\x45\xDF\xA3') },
  { extension: 'png', contentType: 'image/png', matches: at(0, '\x89PNG\r\n\x1a\n') },
  { extension: 'jpg', contentType: 'image/jpeg', matches: at(0, '\xFF\xD8\xFF') },
  {
    extension: 'webp',
    contentType: 'image/webp',
    matches: (head) => at(0, 'RIFF')(head) && at(8, 'WEBP')(head),
  },
];

/** The kind of a file by its first bytes, whatever its sender calls it. */
export function kindOf(head: Buffer): MediaKind | undefined {
  return MEDIA_KINDS.find(({ matches }) => matches(head));
}

/** A sender that calls it so has sent a message and no file. */
const MESSAGES = /^(text\/.*|application\/(json|xml|xhtml\+xml|problem\+json))$/;

export function isMessage(contentType: string | undefined): boolean {
  return contentType !== undefined && MESSAGES.test(contentType);
}
