import { uploadName, type UploadRef } from '@kieq/domain';
import { newUpload } from '@kieq/queue';
import { StorageError } from '@kieq/storage';
import { ApiError, invalid } from '../api-error.ts';
import type { GatewayDeps } from '../deps.ts';
import { newToken } from './upload-link.ts';

/** How long an upload can be named by a request, as at Kie. */
const UPLOAD_LIFE_MS = 3 * 24 * 3_600_000;
/** An image counts at least this much, so that millions of tiny ones cannot fill Redis. */
const LEAST_CHARGE_BYTES = 65_536;
const NO_QUOTA = 2 ** 52;
const MIB = 1024 * 1024;
const RETRY_AFTER_S = 5;

/** An upload that was just kept. */
export interface Kept {
  readonly token: string;
  readonly ref: UploadRef;
  readonly contentType: string;
  /** Epoch ms in Redis time. */
  readonly keptAt: number;
}

export type KeepDeps = Pick<GatewayDeps, 'ledger' | 'uploads' | 'settings' | 'logger'>;

/**
 * Keeps an image under a token, within the quota of its tenant.
 * @param field names the image in errors
 * @throws ApiError `invalid_request` if the bytes are not a whole image, `quota_exceeded`, `unavailable` if the store
 *   fails; nothing is kept then
 */
export async function keepUpload(deps: KeepDeps, tenant: string, bytes: Buffer, field: string): Promise<Kept> {
  const { ledger, uploads, settings } = deps;
  const upload = newUpload(tenant, bytes);
  if (upload.kind === 'refused') throw invalid([{ field, rule: upload.rule, received: upload.received }]);
  const { ref, contentType } = upload;
  const token = newToken();
  const charge = Math.max(bytes.length, LEAST_CHARGE_BYTES);
  const quota = settings.uploadQuotaBytes === 0 ? NO_QUOTA : settings.uploadQuotaBytes;
  // Recorded before the write: a failed write may have left a file.
  const reply = await ledger.keptUploads.keep({ token, ref, charge, quota, lifeMs: UPLOAD_LIFE_MS });
  if (reply.kind === 'full') throw full(quota, reply.held);
  try {
    await uploads.put(uploadName(ref), bytes, contentType);
  } catch (error) {
    await forget(deps, token, ref);
    if (!(error instanceof StorageError)) throw error;
    const message = 'The upload store does not work. Nothing was kept; try again.';
    throw new ApiError('unavailable', message, { retryAfterS: RETRY_AFTER_S, cause: error });
  }
  return { token, ref, contentType, keptAt: reply.keptAt };
}

/** What cannot be removed now, the sweeper removes when the upload expires. */
async function forget({ ledger, uploads, logger }: KeepDeps, token: string, ref: UploadRef): Promise<void> {
  try {
    await uploads.remove(uploadName(ref));
    await ledger.keptUploads.drop(token);
  } catch (error) {
    logger.warn({ image: uploadName(ref), err: error }, 'a failed upload counts until it expires');
  }
}

function full(quota: number, held: number): ApiError {
  const text = (bytes: number): string => `${Math.ceil(bytes / MIB)} MB`;
  const message = `The images that this tenant has uploaded take ${text(held)} of its ${text(quota)} (GATEWAY_UPLOAD_QUOTA_MB); each counts for 3 days. Nothing was kept. POST /v1/generations takes images as parts of a form, which do not count.`;
  return new ApiError('quota_exceeded', message);
}
