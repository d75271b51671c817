import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import type { BlobDraft } from './blob-store.ts';
import { loadUpload } from './drivers.ts';

/** Bytes of a part; S3 accepts at most 10 000 parts, so the largest file has about 80 GB. */
const PART_BYTES = 8 * 1024 * 1024;
/** Parts in the memory at once. */
const PARTS_AT_ONCE = 2;
/** Longest wait for the server when a file is discarded, in ms; the removal continues in the background. */
const ABORT_WAIT_MS = 5000;

export interface S3Target {
  readonly Bucket: string;
  readonly Key: string;
}

/**
 * Begins a file: one PUT where it fits into one part, else a multipart upload. S3 shows neither before it is complete.
 * A killed process leaves the parts of a multipart upload behind; they appear only on the bill.
 */
export async function openS3Draft(client: S3Client, target: S3Target, contentType: string): Promise<BlobDraft> {
  const { Upload } = await loadUpload();
  const body = new PassThrough({ highWaterMark: 1024 * 1024 });
  // Destroying the body fails the upload, whose error is the one to report.
  body.on('error', () => undefined);
  const upload = new Upload({
    client,
    params: { ...target, Body: body, ContentType: contentType },
    partSize: PART_BYTES,
    queueSize: PARTS_AT_ONCE,
  });
  const done = upload.done().then(() => undefined);
  // The next call gets this error; a failed upload accepts no more bytes.
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
      body.destroy(new Error('the file is discarded'));
      await Promise.race([done.catch(() => undefined), sleep(ABORT_WAIT_MS, undefined, { ref: false })]);
    },
  };
}
