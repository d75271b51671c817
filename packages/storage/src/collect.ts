import { StorageError } from './errors.ts';
import { MAX_FILE_BYTES } from './limits.ts';

/**
 * The bytes of a stream. Leaving the loop destroys the stream, so a source that is too large stops sending.
 * @param what name of the stream, for the error
 * @throws StorageError when there are more than MAX_FILE_BYTES
 */
export async function collect(stream: AsyncIterable<Uint8Array>, what: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.byteLength;
    if (length > MAX_FILE_BYTES) throw tooLarge(what);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

export function tooLarge(what: string): StorageError {
  return new StorageError(`${what} has more than ${MAX_FILE_BYTES} bytes`);
}
