import type { Transform } from 'node:stream';
import { createBrotliDecompress, createInflateRaw, createUnzip } from 'node:zlib';

import { TRANSPORT, transportCode } from './exchange.ts';

/** What came out of a body, and why not all of it did. */
export interface Decoded {
  readonly bytes: Buffer;
  /** A transport code; absent where the whole body was read. */
  readonly problem?: string;
}

/** The codings that got undoes for the other calls. Kie is asked for none of them, and its answer counts all the same. */
const DECODERS = new Map<string, (firstByte: number) => Transform>([
  ['gzip', () => createUnzip()],
  ['deflate', (firstByte) => (isWrapped(firstByte) ? createUnzip() : createInflateRaw())],
  ['br', () => createBrotliDecompress()],
]);

/**
 * Undoes the coding of a body that has arrived, as far as it goes: of one that is cut, what is readable of it.
 * @param coding the header `Content-Encoding`; one that is not known leaves the bytes as they are
 * @param limit in bytes; whatever would come behind it is not decoded. Never rejects.
 */
export async function decode(body: Buffer, coding: string | undefined, limit: number): Promise<Decoded> {
  const [firstByte] = body;
  const decoderOf = DECODERS.get(coding?.toLowerCase() ?? '');
  if (decoderOf === undefined || firstByte === undefined) return { bytes: body };
  const decoder = decoderOf(firstByte);
  const chunks: Buffer[] = [];
  let size = 0;
  const problem = await new Promise<string | undefined>((resolve) => {
    decoder.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else resolve(TRANSPORT.bodyTooLarge);
    });
    decoder.once('end', () => resolve(undefined));
    decoder.on('error', (error) => resolve(transportCode(error)));
    decoder.end(body);
  });
  decoder.destroy();
  return { bytes: Buffer.concat(chunks), ...(problem === undefined ? {} : { problem }) };
}

/** Whether `deflate` has the wrapper that its standard demands, or that of gzip; many servers send it without any. */
function isWrapped(firstByte: number): boolean {
  return firstByte === 0x1f || (firstByte & 0x0f) === 8;
}
