import { createHash } from 'node:crypto';
import { HEAD_BYTES, kindOf, type MediaKind } from './media.ts';
import type { Doubt } from './media-walk.ts';

/** Measurements of the copied file. */
export interface Measured {
  readonly kind: MediaKind;
  readonly bytes: number;
  /** SHA-256, hex. */
  readonly sha256: string;
  /** Doubts about its structure. */
  readonly doubt?: Doubt;
}

/** Thrown by `measure` and its sinks: the file must not be kept. */
export class NotWanted extends Error {
  override readonly name = 'NotWanted';
  readonly code: 'not_media' | 'damaged' | 'too_large';
  readonly head: Buffer;

  constructor(code: NotWanted['code'], message: string, head = Buffer.alloc(0)) {
    super(message);
    this.code = code;
    this.head = head;
  }
}

/** Takes the chunks of a file. */
export interface Sink {
  /** Called once, when the kind is known, before the first chunk. */
  begin?(kind: MediaKind): Promise<void>;
  take?(chunk: Uint8Array): Promise<void>;
}

/**
 * Streams a file past its checks into a sink, with constant memory: its kind by the first bytes, its structure, its
 * length and its hash. The caller judges doubts about its structure.
 * @param maxBytes longest file
 * @throws NotWanted
 */
export async function measure(source: AsyncIterable<Uint8Array>, sink: Sink, maxBytes: number): Promise<Measured> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    const { kind, first } = await recognise(iterator);
    await sink.begin?.(kind);
    return await pass(kind, joined(first, iterator), sink, maxBytes);
  } finally {
    // In every case, also before the first chunk was taken: a sender that is not ended keeps its timers.
    await iterator.return?.();
  }
}

async function pass(
  kind: MediaKind,
  chunks: AsyncIterable<Uint8Array>,
  sink: Sink,
  maxBytes: number,
): Promise<Measured> {
  const hash = createHash('sha256');
  let bytes = 0;
  const walk = kind.walk?.();
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new NotWanted('too_large', `the file has more than ${maxBytes} bytes`);
    // First, so that writing continues while the hash is computed.
    const taken = sink.take?.(chunk);
    hash.update(chunk);
    walk?.take(chunk);
    await taken;
  }
  const doubt = walk?.finish();
  return { kind, bytes, sha256: hash.digest('hex'), ...(doubt === undefined ? {} : { doubt }) };
}

/** Reads as much as identifies the kind. */
async function recognise(
  iterator: AsyncIterator<Uint8Array>,
): Promise<{ readonly kind: MediaKind; readonly first: readonly Uint8Array[] }> {
  const first: Uint8Array[] = [];
  let head = Buffer.alloc(0);
  while (head.length < HEAD_BYTES) {
    const next = await iterator.next();
    if (next.done === true) break;
    first.push(next.value);
    head = Buffer.concat([head, next.value]).subarray(0, HEAD_BYTES);
  }
  const kind = kindOf(head);
  if (kind !== undefined) return { kind, first };
  throw new NotWanted('not_media', 'the file is no video of a known kind', head);
}

async function* joined(first: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}
