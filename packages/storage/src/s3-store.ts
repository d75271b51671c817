import { addAbortSignal, Readable } from 'node:stream';
import type { GetObjectCommandOutput, PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import { collect, tooLarge } from './collect.ts';
import type { Sdk } from './drivers.ts';
import { StorageError } from './errors.ts';
import { MAX_FILE_BYTES, S3_LIMITS, type S3Options } from './limits.ts';
import { checkSize } from './names.ts';
import { openBucket, orNone, type S3Location } from './s3-bucket.ts';
import { isTaken, knowsNoCondition } from './s3-error.ts';
import type { FileStore } from './store.ts';

/** A store in a bucket, which must exist. */
export function createS3Store({ bucket, prefix }: S3Location, options: Partial<S3Options> = {}): FileStore {
  const limits = { ...S3_LIMITS, ...options };
  const { place, target, call, close } = openBucket({ bucket, prefix }, limits);
  const get: FileStore['get'] = (name) =>
    call('read', name, async (client, { GetObjectCommand }) => {
      const answer = await orNone(client.send(new GetObjectCommand(target(name))));
      return answer === undefined ? undefined : readBody(answer, `${place}: ${name}`, limits.requestTimeoutMs);
    });
  return {
    place,
    put: async (name, bytes, contentType) => {
      checkSize(bytes);
      const input = { ...target(name), Body: bytes, ContentType: contentType };
      await call('write', name, (client, { PutObjectCommand }) => client.send(new PutObjectCommand(input)));
    },
    putNew: async (name, bytes, contentType) => {
      checkSize(bytes);
      // Checked first, since a service that ignores the condition would replace the file.
      if ((await get(name)) !== undefined) return false;
      const input = { ...target(name), Body: bytes, ContentType: contentType };
      return call('write', name, (client, sdk) => putUnlessTaken(client, sdk, input));
    },
    get,
    remove: async (name) => {
      await call('remove', name, (client, { DeleteObjectCommand }) =>
        orNone(client.send(new DeleteObjectCommand(target(name)))),
      );
    },
    close,
  };
}

/** @returns whether it was written; a service that refuses the condition itself gets the file without one */
async function putUnlessTaken(
  client: S3Client,
  { PutObjectCommand }: Sdk,
  input: PutObjectCommandInput,
): Promise<boolean> {
  try {
    await client.send(new PutObjectCommand({ ...input, IfNoneMatch: '*' }));
  } catch (error) {
    if (isTaken(error)) return false;
    if (!knowsNoCondition(error)) throw error;
    await client.send(new PutObjectCommand(input));
  }
  return true;
}

/** The timeout of the request ends with the head of the response, so the body has its own. */
async function readBody(answer: GetObjectCommandOutput, what: string, timeoutMs: number): Promise<Uint8Array> {
  const { Body: body, ContentLength: length = 0 } = answer;
  if (!(body instanceof Readable)) throw new StorageError(`${what} came without content`);
  if (length > MAX_FILE_BYTES) {
    body.destroy();
    throw tooLarge(what);
  }
  return collect(addAbortSignal(AbortSignal.timeout(timeoutMs), body), what);
}
