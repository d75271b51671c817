import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow, read } from '../support/documents.ts';

/** Every decision can be judged by a reader: it says since when it holds, whether it still does, and what else was weighed. */
const files = (await filesBelow('docs/decisions', '.md')).filter((path) => !path.endsWith('/README.md')).toSorted();

test.each(files)(
  '%s has number, date, status, context, decision and alternatives, and is in the list',
  async (path) => {
    const name = basename(path);
    const number = name.slice(0, 4);
    const [text, list] = await Promise.all([read(path), read('docs/decisions/README.md')]);
    const [title, blank, status] = text.split('\n');
    expect(title).toMatch(new RegExp(`^# ${number}: .`));
    expect(blank).toBe('');
    expect(status).toMatch(/^20\d\d-\d\d-\d\d\. (Accepted|Proposed|Replaced)\b/);
    for (const part of ['Context', 'Decision', 'Alternatives'])
      expect(text).toMatch(new RegExp(`^\\*\\*${part}\\b`, 'm'));
    expect(list).toContain(`| [${number}](${name}) | `);
  },
);

test('unused numbers are explained', async () => {
  const used = files.map((path) => Number(basename(path).slice(0, 4)));
  const gaps = Array.from({ length: Math.max(...used) }, (_, i) => i + 1).filter((number) => !used.includes(number));
  expect(gaps).toEqual([12, 13, 14, 15, 25]);
  expect(await read('docs/decisions/README.md')).toContain('The numbers 0012 to 0015 and 0025 ');
});
