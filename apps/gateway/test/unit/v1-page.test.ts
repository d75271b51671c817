import { describe, expect, test } from 'vitest';
import type { ListCursor } from '@kieq/ledger';
import { decodeCursor, encodeCursor } from '../../src/v1/cursor.ts';
import { fillPage } from '../../src/v1/page.ts';

const ENTRIES: readonly ListCursor[] = Array.from({ length: 25 }, (_, i) => ({ at: 100 - i, id: `gen_${i}` }));

/** A list that scans a limited number of entries in one read, and shows every third of them. */
function sparse(looksAt: number) {
  let reads = 0;
  const read = (limit: number, cursor: ListCursor | undefined) => {
    reads += 1;
    const from = cursor === undefined ? 0 : ENTRIES.findIndex(({ id }) => id === cursor.id) + 1;
    const items: ListCursor[] = [];
    let last = from - 1;
    while (last + 1 < ENTRIES.length && last + 1 < from + looksAt && items.length < limit) {
      last += 1;
      const entry = ENTRIES[last];
      if (entry !== undefined && last % 3 === 0) items.push(entry);
    }
    const next = ENTRIES[last];
    return Promise.resolve(last + 1 < ENTRIES.length && next !== undefined ? { items, next } : { items });
  };
  return { read, reads: () => reads };
}

const indexes = (entries: readonly ListCursor[]): string[] => entries.map(({ id }) => id);

describe('fillPage', () => {
  test('reads on until the page is full, and goes on behind it', async () => {
    const { read } = sparse(2);
    const first = await fillPage(read, 4, undefined);
    expect(indexes(first.entries)).toEqual(['gen_0', 'gen_3', 'gen_6', 'gen_9']);
    const second = await fillPage(read, 4, first.nextCursor);
    expect(indexes(second.entries)).toEqual(['gen_12', 'gen_15', 'gen_18', 'gen_21']);
    const third = await fillPage(read, 4, second.nextCursor);
    expect(third).toEqual({ entries: [ENTRIES[24]] });
  });

  test('has no cursor where the last page is just full', async () => {
    const { read } = sparse(100);
    expect(await fillPage(read, 9, undefined)).not.toHaveProperty('nextCursor');
  });

  test('stops after ten reads, with a cursor', async () => {
    const { read, reads } = sparse(1);
    const page = await fillPage(read, 20, undefined);
    expect(reads()).toBe(10);
    expect(indexes(page.entries)).toEqual(['gen_0', 'gen_3', 'gen_6', 'gen_9']);
    expect(decodeCursor(page.nextCursor ?? '')).toEqual(ENTRIES[9]);
  });
});

describe('cursor', () => {
  test('comes back as it was', () => {
    expect(decodeCursor(encodeCursor({ at: 1_700_000_000_000, id: 'gen_abc' }))).toEqual({
      at: 1_700_000_000_000,
      id: 'gen_abc',
    });
  });

  test.each(['', 'x', '🙂', Buffer.from('[1]').toString('base64url'), Buffer.from('[-1,"a"]').toString('base64url')])(
    'refuses %j',
    (text) => {
      expect(() => decodeCursor(text)).toThrow(/cursor must be the nextCursor/);
    },
  );
});
