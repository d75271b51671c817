import { firstEventId, isLater, lastEventId, type Ledger } from '@kieq/ledger';

/** Numbers that JavaScript represents exactly; Redis would accept longer ones. */
const STREAM_ID = /^\d{1,15}-\d{1,15}$/;
/** The position of a client that connected before the first change of the pool. */
const BEFORE_ALL = '0-0';

/** Where a stream of ends begins. */
export interface EndsStart {
  readonly after: string;
  /** Whether ends between the client's last event and this position may be gone. */
  readonly missed: boolean;
}

export interface EndsQuery {
  /** Untrusted, from the client; ignored unless it has the form of an event's id. */
  readonly lastSeen: string | undefined;
  /** Epoch ms by Redis' clock: ends from this moment on, as far as the pool still has them. */
  readonly since: number | undefined;
}

/** The client's last event comes before `since`; without both the stream begins with what happens from now on. */
export async function endsStart(
  { redis, root }: Pick<Ledger, 'redis' | 'root'>,
  { lastSeen, since }: EndsQuery,
): Promise<EndsStart> {
  const isResumed = lastSeen !== undefined && STREAM_ID.test(lastSeen);
  if (!isResumed && since !== undefined) return { after: justBefore(since), missed: false };
  const newest = await lastEventId(redis, root);
  if (!isResumed) return { after: newest, missed: false };
  if (lastSeen === BEFORE_ALL) return { after: lastSeen, missed: false };
  // An id of another pool, or Redis has lost its memory.
  if (isLater(lastSeen, newest)) return { after: newest, missed: true };
  const oldest = await firstEventId(redis, root);
  return { after: lastSeen, missed: oldest !== undefined && isLater(oldest, lastSeen) };
}

/** No event of that moment, or of a later one, comes before it. */
function justBefore(ms: number): string {
  return ms === 0 ? BEFORE_ALL : `${ms - 1}-999999999999999`;
}
