import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { collect } from '../../src/collect.ts';
import { StorageError } from '../../src/errors.ts';
import { MAX_FILE_BYTES } from '../../src/limits.ts';

const CHUNK = Buffer.alloc(1024 * 1024, 7);

function* chunks(count: number) {
  for (let sent = 0; sent < count; sent += 1) yield CHUNK;
}

test('takes a stream of exactly the limit', async () => {
  const bytes = await collect(Readable.from(chunks(MAX_FILE_BYTES / CHUNK.length)), 'it');
  expect(bytes.byteLength).toBe(MAX_FILE_BYTES);
});

test('leaves a stream that goes on past the limit, and ends it', async () => {
  const stream = Readable.from(chunks(Infinity));
  const error = await collect(stream, 's3://b: n').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StorageError);
  expect(error).toMatchObject({ message: `s3://b: n has more than ${MAX_FILE_BYTES} bytes` });
  expect(stream.destroyed).toBe(true);
});
