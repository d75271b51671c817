import type { ListCursor } from '@kieq/ledger';
import { decodeCursor, encodeCursor } from './cursor.ts';

/** One page of the ledger, which may be short although more follows. */
type Read<Entry> = (
  limit: number,
  cursor: ListCursor | undefined,
) => Promise<{ readonly items: readonly Entry[]; readonly next?: ListCursor }>;

/** The ledger looks at about 1000 entries in each; a filter that matches almost nothing must not hold up Redis. */
const MAX_READS = 10;

/**
 * Reads until the page is full or the list has ended; after ten reads it is given short, with a cursor to go on.
 * @param cursor as the caller gave it
 * @throws ApiError `invalid_request` for a cursor that is none
 */
export async function fillPage<Entry extends ListCursor>(
  read: Read<Entry>,
  limit: number,
  cursor: string | undefined,
): Promise<{ readonly entries: readonly Entry[]; readonly nextCursor?: string }> {
  const entries: Entry[] = [];
  let position = cursor === undefined ? undefined : decodeCursor(cursor);
  for (let reads = 0; reads < MAX_READS; reads += 1) {
    // One more than asked for tells whether anything follows.
    const { items, next } = await read(limit + 1 - entries.length, position);
    entries.push(...items);
    const last = entries[limit - 1];
    if (entries.length > limit && last !== undefined) {
      return { entries: entries.slice(0, limit), nextCursor: encodeCursor(last) };
    }
    if (next === undefined) return { entries };
    position = next;
  }
  return position === undefined ? { entries } : { entries, nextCursor: encodeCursor(position) };
}
