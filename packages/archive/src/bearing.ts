import type { Doubt } from './media-walk.ts';

/**
 * How doubtful a file may be that is kept. The loss is ours: what was paid for is refused for a while, in the hope of a
 * better one, and never for good.
 *
 * - `sound`: nothing of it may seem to be missing.
 * - `announced`: also that, if it has the length that its sender announced.
 * - `anything`: also without an announced length; there will be no other try.
 */
export type Bearing = 'sound' | 'announced' | 'anything';

/** @param isAnnounced whether the file has the length that was announced for it */
export function isBorne(doubt: Doubt | undefined, bearing: Bearing, isAnnounced: boolean): boolean {
  if (doubt === undefined || !doubt.isGrave) return true;
  return bearing === 'anything' || (bearing === 'announced' && isAnnounced);
}
