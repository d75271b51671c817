/** Types of the boxes that may precede `ftyp`, or begin a QuickTime file without one. */
const LEADING = new Set(['free', 'skip', 'wide', 'uuid', 'pdin', 'pnot', 'styp', 'sidx', 'moov', 'mdat', 'moof']);
/** A file without `ftyp` that begins with one of these is QuickTime, which is older than `ftyp`. */
const CLASSIC = new Set(['wide', 'pnot']);

/**
 * The major brand of a file of the ISO base media family (ISO 14496-12, 4.3), such as `isom`, `qt  ` or `avif`: MP4, its
 * relatives, QuickTime, HEIF.
 * @param head the first bytes of the file; boxes before `ftyp` are skipped as far as they end within
 * @returns undefined for files of another family; empty where the head shows no brand
 */
export function brandOf(head: Buffer): string | undefined {
  const first = typeAt(head, 0);
  if (first === 'ftyp') return head.toString('latin1', 8, 12);
  // A text may have such a word at its fifth character, but contains no zero byte.
  if (!LEADING.has(first) || !head.includes(0)) return undefined;
  for (let at = 0; at + 8 <= head.length;) {
    const type = typeAt(head, at);
    if (type === 'ftyp') return head.toString('latin1', at + 8, at + 12);
    const size = head.readUInt32BE(at);
    if (!LEADING.has(type) || size < 8) break;
    at += size;
  }
  return CLASSIC.has(first) ? 'qt  ' : '';
}

function typeAt(head: Buffer, at: number): string {
  return head.toString('latin1', at + 4, at + 8);
}
