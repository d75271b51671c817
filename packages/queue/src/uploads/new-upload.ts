import { createHash, randomUUID } from 'node:crypto';
import type { UploadRef } from '@kieq/domain';
import { foreignName } from './foreign-file.ts';
import { hasEnd } from './image-end.ts';
import { imageKind, type ImageKind } from './image-kind.ts';

/** Longest image, in bytes: Kie's own limit. */
export const UPLOAD_LIMIT_BYTES = 10 * 1024 * 1024;

/** An image that is about to be kept in the upload store. */
export interface NewUpload {
  readonly kind: 'image';
  readonly ref: UploadRef;
  readonly contentType: string;
}

/** What must not become an image of a generation: Kie would refuse it, or accept it and charge for it. */
export interface RefusedUpload {
  readonly kind: 'refused';
  /** The rule, to be shown after the name of the field or file. */
  readonly rule: string;
  /** What was received, such as `an HTML page`. */
  readonly received: string;
}

const RULE = 'must be a whole JPEG, PNG or WebP image';

/** A new copy of an image, for one generation of the tenant; refused is what is no JPEG, PNG or WebP image, or cut off. */
export function newUpload(tenant: string, bytes: Buffer): NewUpload | RefusedUpload {
  const image = imageKind(bytes);
  if (image === undefined) return { kind: 'refused', rule: RULE, received: foreignName(bytes) };
  if (!hasEnd(image, bytes)) return { kind: 'refused', rule: RULE, received: cutOff(image, bytes) };
  const { extension, contentType } = image;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { kind: 'image', ref: { tenant, sha256, copy: randomUUID(), extension }, contentType };
}

function cutOff({ name }: ImageKind, { length }: Buffer): string {
  return `a ${name} image that is cut off: its end is missing after ${length} bytes; send it again from its source`;
}
