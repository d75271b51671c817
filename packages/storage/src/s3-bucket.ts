import type { S3Client } from '@aws-sdk/client-s3';
import { loadSdk, type Sdk } from './drivers.ts';
import type { S3Options } from './limits.ts';
import { checkName } from './names.ts';
import { createClient } from './s3-client.ts';
import { isNoSuchKey, s3Failure } from './s3-error.ts';

/** Where the files are in S3; the prefix without slashes around it, or empty. */
export interface S3Location {
  readonly bucket: string;
  readonly prefix: string;
}

/** Runs an action on the bucket; every failure becomes a StorageError that names the action. */
type Use = <Value>(what: string, action: (client: S3Client, sdk: Sdk) => Promise<Value>) => Promise<Value>;

/** A bucket, and the addresses of its files. */
export interface Bucket {
  /** Location of the bucket, for messages. */
  readonly place: string;
  readonly target: (name: string) => { readonly Bucket: string; readonly Key: string };
  readonly use: Use;
  /** `use` for one file, whose name is checked first. */
  readonly call: <Value>(
    verb: string,
    name: string,
    action: (client: S3Client, sdk: Sdk) => Promise<Value>,
  ) => Promise<Value>;
  readonly close: () => Promise<void>;
}

/** Nothing is requested before the first call. */
export function openBucket({ bucket, prefix }: S3Location, limits: S3Options): Bucket {
  const place = prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`;
  const connection = lazyClient(place, limits);
  const use: Use = async (what, action) => {
    try {
      return await action(await connection.client(), await loadSdk());
    } catch (error) {
      throw s3Failure(place, what, error);
    }
  };
  return {
    place,
    target: (name) => ({ Bucket: bucket, Key: prefix === '' ? name : `${prefix}/${name}` }),
    use,
    call: async (verb, name, action) => {
      checkName(name);
      return use(`${verb} ${name}`, action);
    },
    close: connection.close,
  };
}

/** Created at the first call; after a failure the next call tries again. */
function lazyClient(place: string, limits: S3Options) {
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

/** Undefined when the bucket has no such file. */
export async function orNone<Value>(action: Promise<Value>): Promise<Value | undefined> {
  try {
    return await action;
  } catch (error) {
    if (isNoSuchKey(error)) return undefined;
    throw error;
  }
}
