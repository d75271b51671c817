import { createHmac, timingSafeEqual } from 'node:crypto';

const HOUR_MS = 3_600_000;
/** A link lives for so long at least, and for an hour more at most. */
const VALID_HOURS = 24;
/** Of the scheme: a signature of anything else, or of a later scheme, means nothing here. */
const SCHEME = 'kieq-result-1';

/** Between which moments the links are valid that are given out now; epoch ms. */
export interface LinkTimes {
  readonly from: number;
  readonly until: number;
}

/**
 * Rounded to hours, so that every answer within an hour gives the same link.
 * @param nowMs epoch ms in Redis time
 */
export function linkTimes(nowMs: number): LinkTimes {
  const from = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
  return { from, until: from + (VALID_HOURS + 1) * HOUR_MS };
}

/** What a link opens. */
export interface LinkedFile {
  /** The last part of its name in the archive: which result of which generation, and what it is. */
  readonly file: string;
  /** Unix time in seconds. */
  readonly expiresS: number;
}

/**
 * The address at which a gateway serves an archived result to whoever has it: it is the permission for this one file.
 * @param publicUrl `PUBLIC_URL`, as the environment is read: it may have a path, and has no slash at its end
 * @param key of the pool
 */
export function resultLink(publicUrl: string, key: string, linked: LinkedFile): string {
  const { file, expiresS } = linked;
  return `${publicUrl}/results/${file}?expires=${expiresS}&signature=${signatureOf(key, linked)}`;
}

/** Whether this pool has signed it; in a time that tells nothing about the right signature. */
export function isSignedLink(key: string, linked: LinkedFile, signature: string): boolean {
  const [right, given] = [signatureOf(key, linked), signature].map((text) => Buffer.from(text, 'latin1'));
  return right !== undefined && given?.length === right.length && timingSafeEqual(given, right);
}

function signatureOf(key: string, { file, expiresS }: LinkedFile): string {
  return createHmac('sha256', key).update(`${SCHEME}\n${file}\n${expiresS}`).digest('base64url');
}
