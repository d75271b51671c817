import type { Doubt } from './media-walk.ts';

/**
 * How doubtful a file may be that is kept. A doubtful file is paid for: it is refused only for a while, in the hope of
 * a better one, and never finally.
 *
 * - `sound`: no part may seem to be missing.
 * - `announced`: a part may seem to be missing if the file has the length that its sender announced.
 * - `anything`: also without an announced length; for the last try.
 */
export type Bearing = 'sound' | 'announced' | 'anything';

/** @param isAnnounced whether the file has the length that its sender announced */
export function isBorne(doubt: Doubt | undefined, bearing: Bearing, isAnnounced: boolean): boolean {
  if (doubt === undefined || !doubt.isGrave) return true;
  return bearing === 'anything' || (bearing === 'announced' && isAnnounced);
}
