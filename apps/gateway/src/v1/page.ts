import type { ListCursor } from '@kieq/ledger';
import { decodeCursor, encodeCursor } from './cursor.ts';

/** Reads one page of the ledger, which may be short although more entries follow. */
type Read<Entry> = (
  limit: number,
  cursor: ListCursor | undefined,
) => Promise<{ readonly items: readonly Entry[]; readonly next?: ListCursor }>;

/**
 * The ledger scans about 1000 entries per read. The bound keeps a filter that matches almost nothing from blocking
 * Redis.
 */
const MAX_READS = 10;

/**
 * Reads until the page is full or the list ends. After ten reads it returns a short page with a cursor.
 * @param cursor untrusted, from the caller
 * @throws ApiError `invalid_request` for a malformed cursor
 */
export async function fillPage<Entry extends ListCursor>(
  read: Read<Entry>,
  limit: number,
  cursor: string | undefined,
): Promise<{ readonly entries: readonly Entry[]; readonly nextCursor?: string }> {
  const entries: Entry[] = [];
  let position = cursor === undefined ? undefined : decodeCursor(cursor);
  for (let reads = 0; reads < MAX_READS; reads += 1) {
    // One entry more than requested shows whether another page follows.
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
