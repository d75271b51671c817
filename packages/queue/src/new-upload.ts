import { createHash, randomUUID } from 'node:crypto';
import type { UploadRef } from '@kieq/domain';
import { imageKind } from './image-kind.ts';

/** Longest image, in bytes: Kie's own limit. */
export const UPLOAD_LIMIT_BYTES = 10 * 1024 * 1024;

/** An image that is about to be kept in the upload store. */
export interface NewUpload {
  readonly ref: UploadRef;
  readonly contentType: string;
}

/** A new copy of an image, for one generation of the tenant; undefined for what is no JPEG, PNG or WebP image. */
export function newUpload(tenant: string, bytes: Buffer): NewUpload | undefined {
  const kind = imageKind(bytes);
  if (kind === undefined) return undefined;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { ref: { tenant, sha256, copy: randomUUID(), extension: kind.extension }, contentType: kind.contentType };
}
