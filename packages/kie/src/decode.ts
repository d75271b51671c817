import type { Transform } from 'node:stream';
import { createBrotliDecompress, createInflateRaw, createUnzip } from 'node:zlib';

import { transportCode } from '@kieq/http';

import { TRANSPORT } from './exchange.ts';

/** What was decoded of a body, and why not all of it. */
export interface Decoded {
  readonly bytes: Buffer;
  /** A transport code; absent where the whole body was read. */
  readonly problem?: string;
}

/**
 * The codings that got decodes for the other calls. The request asks for none of them, but Kie's response counts even
 * so.
 */
const DECODERS = new Map<string, (firstByte: number) => Transform>([
  ['gzip', () => createUnzip()],
  ['deflate', (firstByte) => (isWrapped(firstByte) ? createUnzip() : createInflateRaw())],
  ['br', () => createBrotliDecompress()],
]);

/**
 * Decodes a body that has arrived, as far as possible: of a cut one, its readable part.
 * @param coding the header `Content-Encoding`; an unknown one leaves the bytes as they are
 * @param limit in bytes; the rest is not decoded. Never rejects.
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

/** Whether `deflate` has the wrapper that its standard demands, or that of gzip; many servers send none. */
function isWrapped(firstByte: number): boolean {
  return firstByte === 0x1f || (firstByte & 0x0f) === 8;
}
