import { Readable } from 'node:stream';
import type { _Object, MultipartUpload, S3Client } from '@aws-sdk/client-s3';
import type { BlobInfo, BlobStore, ByteRange, LinkOptions } from './blob-store.ts';
import { StorageError } from './errors.ts';
import { S3_LIMITS, type S3Options } from './limits.ts';
import { openBucket, orNone, type Bucket, type S3Location } from './s3-bucket.ts';
import { checkName } from './names.ts';
import { openS3Draft } from './s3-draft.ts';
import { loadPresigner, type Sdk } from './drivers.ts';
import { isNoSuchKey } from './s3-error.ts';
import { createS3Store } from './s3-store.ts';

/** Large files in a bucket, which must exist. */
export function createS3Blobs(where: S3Location, reach: Partial<S3Options> = {}): BlobStore {
  const bucket = openBucket(where, { ...S3_LIMITS, ...reach });
  const { place, target, call } = bucket;
  const small = createS3Store(where, { ...S3_LIMITS, ...reach });
  return {
    place,
    small,
    hasLinks: true,
    create: async (name, contentType) => {
      const draft = await call('write', name, (client) => openS3Draft(client, target(name), contentType));
      const step = (action: () => Promise<void>): Promise<void> => call('write', name, action);
      return {
        write: (chunk) => step(() => draft.write(chunk)),
        commit: () => step(() => draft.commit()),
        abort: () => draft.abort(),
      };
    },
    stat: (name) => call('read', name, () => statOf(bucket, name)),
    read: (name, range) => call('read', name, () => readFrom(bucket, name, range)),
    remove: async (name) => {
      await call('remove', name, (client, { DeleteObjectCommand }) =>
        orNone(client.send(new DeleteObjectCommand(target(name)))),
      );
    },
    list: (folder = '') => {
      if (folder !== '') checkName(folder);
      return listBelow(bucket, where, folder);
    },
    // The key does not show whether an upload is abandoned or still running; `clearOlderThan` removes old ones.
    clear: async () => {},
    clearOlderThan: (ms) => bucket.use('tidy up', () => abortUploads(bucket, where, Date.now() - ms)),
    pathOf: () => undefined,
    link: (name, options) => call('sign a link to', name, (client, sdk) => linkTo(client, sdk, target(name), options)),
    close: async () => {
      await Promise.all([small.close(), bucket.close()]);
    },
  };
}

/** HEAD has no body, so a missing bucket looks like a missing file; the next write reports it. */
async function statOf({ use, target }: Bucket, name: string): Promise<BlobInfo | undefined> {
  return use(`read ${name}`, async (client, { HeadObjectCommand }) => {
    try {
      const head = await client.send(new HeadObjectCommand(target(name)));
      return { bytes: head.ContentLength ?? 0, modifiedAt: head.LastModified?.getTime() ?? 0 };
    } catch (error) {
      if (isNoSuchKey(error) || (error instanceof Error && error.name === 'NotFound')) return undefined;
      throw error;
    }
  });
}

async function readFrom(
  { place, use, target }: Bucket,
  name: string,
  range?: ByteRange,
): Promise<Readable | undefined> {
  return use(`read ${name}`, async (client, { GetObjectCommand }) => {
    const Range = range === undefined ? {} : { Range: `bytes=${range.start}-${range.end}` };
    const answer = await orNone(client.send(new GetObjectCommand({ ...target(name), ...Range })));
    if (answer === undefined) return undefined;
    if (answer.Body instanceof Readable) return answer.Body;
    throw new StorageError(`${place}: ${name} came without content`);
  });
}

async function* listBelow(
  bucket: Bucket,
  { prefix }: S3Location,
  folder: string,
): AsyncGenerator<BlobInfo & { readonly name: string }> {
  const root = prefix === '' ? '' : `${prefix}/`;
  const under = folder === '' ? root : `${root}${folder}/`;
  let from: string | undefined;
  do {
    const page = await bucket.use('list its files', (client, { ListObjectsV2Command }) =>
      client.send(
        new ListObjectsV2Command({ Bucket: bucket.target('x').Bucket, Prefix: under, ContinuationToken: from }),
      ),
    );
    for (const object of page.Contents ?? []) yield* fileOf(object, root);
    from = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (from !== undefined);
}

function* fileOf({ Key, Size, LastModified }: _Object, root: string): Generator<BlobInfo & { readonly name: string }> {
  if (Key === undefined || Size === undefined || LastModified === undefined) return;
  yield { name: Key.slice(root.length), bytes: Size, modifiedAt: LastModified.getTime() };
}

async function abortUploads(bucket: Bucket, { prefix }: S3Location, begunBefore: number): Promise<number> {
  const { Bucket: name } = bucket.target('x');
  const under = prefix === '' ? '' : `${prefix}/`;
  const found = await bucket.use('tidy up', (client, { ListMultipartUploadsCommand }) =>
    client.send(new ListMultipartUploadsCommand({ Bucket: name, Prefix: under })),
  );
  const old = (found.Uploads ?? []).filter((upload) => isOlder(upload, begunBefore));
  for (const { Key, UploadId } of old) {
    await bucket.use('tidy up', (client, { AbortMultipartUploadCommand }) =>
      client.send(new AbortMultipartUploadCommand({ Bucket: name, Key, UploadId })),
    );
  }
  return old.length;
}

function isOlder({ Initiated }: MultipartUpload, than: number): boolean {
  return Initiated !== undefined && Initiated.getTime() <= than;
}

async function linkTo(
  client: S3Client,
  { GetObjectCommand }: Sdk,
  target: ReturnType<Bucket['target']>,
  { validMs, contentType, disposition, signedAt }: LinkOptions,
): Promise<string> {
  const { getSignedUrl } = await loadPresigner();
  const command = new GetObjectCommand({
    ...target,
    ResponseContentType: contentType,
    ResponseContentDisposition: disposition,
  });
  const from = signedAt === undefined ? {} : { signingDate: new Date(signedAt) };
  return getSignedUrl(client, command, { expiresIn: Math.floor(validMs / 1000), ...from });
}
