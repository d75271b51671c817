import { addAbortSignal, Readable } from 'node:stream';
import type { GetObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import { collect, tooLarge } from './collect.ts';
import { StorageError } from './errors.ts';
import { MAX_FILE_BYTES, S3_LIMITS, type S3Limits } from './limits.ts';
import { checkName, checkSize } from './names.ts';
import { createClient, loadSdk, type Sdk } from './s3-client.ts';
import { isNoSuchKey, s3Failure } from './s3-error.ts';
import type { FileStore } from './store.ts';

/** Where the files are in S3; the prefix without slashes around it, or empty. */
export interface S3Place {
  readonly bucket: string;
  readonly prefix: string;
}

/** Does something with one file; every failure becomes a StorageError. */
type Call = <Value>(
  verb: string,
  name: string,
  action: (client: S3Client, sdk: Sdk) => Promise<Value>,
) => Promise<Value>;

/** A store in a bucket, which must exist. */
export function createS3Store({ bucket, prefix }: S3Place, limits: S3Limits = S3_LIMITS): FileStore {
  const place = prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`;
  const connection = lazyClient(place, limits);
  const target = (name: string) => ({ Bucket: bucket, Key: prefix === '' ? name : `${prefix}/${name}` });
  const call: Call = async (verb, name, action) => {
    checkName(name);
    try {
      return await action(await connection.client(), await loadSdk());
    } catch (error) {
      throw s3Failure(place, `${verb} ${name}`, error);
    }
  };
  return {
    place,
    put: async (name, bytes, contentType) => {
      checkSize(bytes);
      const input = { ...target(name), Body: bytes, ContentType: contentType };
      await call('write', name, (client, { PutObjectCommand }) => client.send(new PutObjectCommand(input)));
    },
    get: (name) =>
      call('read', name, async (client, { GetObjectCommand }) => {
        const answer = await orNone(client.send(new GetObjectCommand(target(name))));
        return answer === undefined ? undefined : readBody(answer, `${place}: ${name}`, limits.requestTimeoutMs);
      }),
    remove: async (name) => {
      await call('remove', name, (client, { DeleteObjectCommand }) =>
        orNone(client.send(new DeleteObjectCommand(target(name)))),
      );
    },
    close: connection.close,
  };
}

/** Made at the first call; after a failure the next call tries again. */
function lazyClient(place: string, limits: S3Limits) {
  let made: Promise<S3Client> | undefined;
  return {
    client: async (): Promise<S3Client> => {
      made ??= createClient(place, limits);
      try {
        return await made;
      } catch (error) {
        made = undefined;
        throw error;
      }
    },
    close: async (): Promise<void> => {
      const client = await made?.catch(() => undefined);
      client?.destroy();
    },
  };
}

/** The timeout of the request ends with the head of the answer, so the body gets one of its own. */
async function readBody(answer: GetObjectCommandOutput, what: string, timeoutMs: number): Promise<Uint8Array> {
  const { Body: body, ContentLength: length = 0 } = answer;
  if (!(body instanceof Readable)) throw new StorageError(`${what} came without content`);
  if (length > MAX_FILE_BYTES) {
    body.destroy();
    throw tooLarge(what);
  }
  return collect(addAbortSignal(AbortSignal.timeout(timeoutMs), body), what);
}

async function orNone<Value>(action: Promise<Value>): Promise<Value | undefined> {
  try {
    return await action;
  } catch (error) {
    if (isNoSuchKey(error)) return undefined;
    throw error;
  }
}
