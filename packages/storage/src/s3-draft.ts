import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import type { BlobDraft } from './blob-store.ts';

/** Parts of an upload; S3 takes at most 10 000, so the largest file has about 80 GB. */
const PART_BYTES = 8 * 1024 * 1024;
/** Parts in the memory at once. */
const PARTS_AT_ONCE = 2;
/** Throwing a file away waits so long for the server, in ms; it goes on behind. */
const ABORT_WAIT_MS = 5000;

export interface S3Target {
  readonly Bucket: string;
  readonly Key: string;
}

/**
 * Begins a file: one PUT where it fits into one part, else a multipart upload. S3 shows neither before it is complete.
 * A killed process leaves the parts of a multipart upload behind, which nobody sees but the bill.
 */
export async function openS3Draft(client: S3Client, target: S3Target, contentType: string): Promise<BlobDraft> {
  const { Upload } = await import('@aws-sdk/lib-storage');
  const body = new PassThrough({ highWaterMark: 1024 * 1024 });
  // Destroying it tells the upload, which is the one to say so.
  body.on('error', () => undefined);
  const upload = new Upload({
    client,
    params: { ...target, Body: body, ContentType: contentType },
    partSize: PART_BYTES,
    queueSize: PARTS_AT_ONCE,
  });
  const done = upload.done().then(() => undefined);
  // Heard by the next call; one that failed takes no more bytes.
  done.catch((error: unknown) => body.destroy(error instanceof Error ? error : new Error(String(error))));
  return {
    async write(chunk) {
      if (body.destroyed) return done;
      if (!body.write(chunk)) await Promise.race([once(body, 'drain'), done]);
    },
    async commit() {
      body.end();
      await done;
    },
    async abort() {
      body.destroy(new Error('not wanted'));
      await Promise.race([done.catch(() => undefined), sleep(ABORT_WAIT_MS, undefined, { ref: false })]);
    },
  };
}
