import { eventsSince, firstEventId, isLater, lastEventId, type GenerationRecord, type Ledger } from '@kieq/ledger';
import { isEnded } from '@kieq/domain';

/** Numbers that JavaScript represents exactly; Redis would accept longer ones. */
const STREAM_ID = /^\d{1,15}-\d{1,15}$/;

/**
 * Start of a client's event stream.
 *
 * - `fresh`: with the current state, which covers every event up to `position`.
 * - `resumed`: after the last event that the client received.
 * - `over`: the generation has ended, and the client has received the end.
 */
export type StreamStart =
  | { readonly kind: 'fresh'; readonly position: string }
  | { readonly kind: 'resumed'; readonly after: string }
  | { readonly kind: 'over' };

/** @param lastSeen untrusted, from the client; ignored unless it is the id of an event that the pool still has */
export async function streamStart(
  { redis, root }: Ledger,
  { id, state }: GenerationRecord,
  lastSeen: string | undefined,
): Promise<StreamStart> {
  const newest = await lastEventId(redis, root);
  if (lastSeen === undefined || !STREAM_ID.test(lastSeen)) return { kind: 'fresh', position: newest };
  const oldest = await firstEventId(redis, root);
  // Later than the newest: an id of another pool. Earlier than the oldest: missed events are gone, only the state is
  // left.
  if (oldest === undefined || isLater(lastSeen, newest) || isLater(oldest, lastSeen)) {
    return { kind: 'fresh', position: newest };
  }
  if (isEnded(state) && (await eventsSince(redis, root, lastSeen, id)).length === 0) return { kind: 'over' };
  return { kind: 'resumed', after: lastSeen };
}
