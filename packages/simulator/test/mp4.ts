/** A box of an MP4 file: its type and what is inside. */
export interface Box {
  readonly type: string;
  readonly body: Buffer;
}

export function boxesOf(bytes: Buffer): Box[] {
  const boxes: Box[] = [];
  let at = 0;
  while (at < bytes.length) {
    const size = bytes.readUInt32BE(at);
    if (size < 8 || at + size > bytes.length) throw new Error(`broken box at ${at}`);
    const type = bytes.toString('latin1', at + 4, at + 8);
    boxes.push({ type, body: bytes.subarray(at + 8, at + size) });
    at += size;
  }
  return boxes;
}

function inside(bytes: Buffer, ...path: string[]): Buffer {
  let body = bytes;
  for (const type of path) {
    const found = boxesOf(body).find((box) => box.type === type);
    if (found === undefined) throw new Error(`no ${path.join('/')} in this file`);
    ({ body } = found);
  }
  return body;
}

/** What the only track says of itself. */
export function trackOf(video: Buffer): {
  codec: string;
  width: number;
  height: number;
  frames: number;
} {
  const table = inside(video, 'moov', 'trak', 'mdia', 'minf', 'stbl');
  // stsd: version and flags, count, then the sample entry; a visual one has its size at offset 24.
  const [entry] = boxesOf(inside(table, 'stsd').subarray(8));
  if (entry === undefined) throw new Error('no sample entry');
  return {
    codec: entry.type,
    width: entry.body.readUInt16BE(24),
    height: entry.body.readUInt16BE(26),
    // stsz: version and flags, common size, count.
    frames: inside(table, 'stsz').readUInt32BE(8),
  };
}
