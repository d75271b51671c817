import { eventsSince, isLater, lastEventId, type GenerationRecord, type Ledger } from '@kieq/ledger';
import { isEnded } from '@kieq/domain';

/** Numbers that JavaScript holds exactly; Redis would take longer ones. */
const STREAM_ID = /^\d{1,15}-\d{1,15}$/;

/**
 * Where a client's event stream begins.
 *
 * - `fresh`: with the state of now, which stands for every event up to `position`.
 * - `resumed`: behind the event that it saw last.
 * - `over`: the generation has ended, and the client has seen it.
 */
export type StreamStart =
  | { readonly kind: 'fresh'; readonly position: string }
  | { readonly kind: 'resumed'; readonly after: string }
  | { readonly kind: 'over' };

/** @param lastSeen as the client says; what is no id of an event that the pool still knows is ignored */
export async function streamStart(
  { redis, root }: Ledger,
  { id, state }: GenerationRecord,
  lastSeen: string | undefined,
): Promise<StreamStart> {
  const newest = await lastEventId(redis, root);
  if (lastSeen === undefined || !STREAM_ID.test(lastSeen)) return { kind: 'fresh', position: newest };
  const oldest = (await redis.xrange(`${root}events`, '-', '+', 'COUNT', 1))[0]?.[0];
  // Behind the newest: of another pool. Before the oldest: what was missed is gone, and only the state tells of it.
  if (oldest === undefined || isLater(lastSeen, newest) || isLater(oldest, lastSeen)) {
    return { kind: 'fresh', position: newest };
  }
  if (isEnded(state) && (await eventsSince(redis, root, lastSeen, id)).length === 0) return { kind: 'over' };
  return { kind: 'resumed', after: lastSeen };
}
