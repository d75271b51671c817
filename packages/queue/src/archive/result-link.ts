import { createHmac, timingSafeEqual } from 'node:crypto';

const HOUR_MS = 3_600_000;
/** A link is valid for at least this time, and for at most an hour more. */
const VALID_HOURS = 24;
/** Part of what is signed: a signature for another purpose, or of a later scheme, is invalid here. */
const SCHEME = 'kieq-result-1';

/** Between which moments the links are valid that are given out now; epoch ms. */
export interface LinkTimes {
  readonly from: number;
  readonly until: number;
}

/**
 * Rounded to hours, so that every response within an hour contains the same link.
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
 * The address at which a gateway serves an archived result; having the link is the permission to read this one file.
 * @param publicUrl `PUBLIC_URL`, as the environment is read: it may have a path, and has no slash at its end
 * @param key of the pool
 */
export function resultLink(publicUrl: string, key: string, linked: LinkedFile): string {
  const { file, expiresS } = linked;
  return `${publicUrl}/results/${file}?expires=${expiresS}&signature=${signatureOf(key, linked)}`;
}

/** Whether this pool has signed it. Takes the same time for every signature of the right length. */
export function isSignedLink(key: string, linked: LinkedFile, signature: string): boolean {
  const [right, given] = [signatureOf(key, linked), signature].map((text) => Buffer.from(text, 'latin1'));
  return right !== undefined && given?.length === right.length && timingSafeEqual(given, right);
}

function signatureOf(key: string, { file, expiresS }: LinkedFile): string {
  return createHmac('sha256', key).update(`${SCHEME}\n${file}\n${expiresS}`).digest('base64url');
}
