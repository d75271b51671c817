import { join } from 'node:path';
import { DEAD_LETTER_CLASSES, GATE_REASONS, GENERATION_STATES, SUBMIT_CLASSES } from '@kieq/domain';
import { POOL_EVENTS, QUEUE_NAMES } from '@kieq/queue';
import { expect, test } from 'vitest';
import { filesBelow, read, ROOT, sorted, unnamed, withPart, wordsIn } from '../support/documents.ts';
import { knownMetrics } from '../support/metric-catalogue.ts';

const PATH = 'docs/metrics.md';

test('docs/metrics.md has every metric with its type and labels, and no other', async () => {
  const rows = (await read(PATH)).split('\n').filter((line) => line.startsWith('| `kieq_'));
  const documented = rows.map((row) => {
    const [, name = '', type = '', labels = ''] = row.split('|').map((cell) => cell.trim());
    return { name: name.replaceAll('`', ''), type, labels: wordsIn(labels, /`(\w+)`/g) };
  });
  const byName = (metrics: readonly { readonly name: string }[]) =>
    metrics.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  expect(byName(documented)).toEqual(byName(await knownMetrics()));
});

test('the values of labels are generated (mend with -u)', async () => {
  const lists: readonly (readonly [string, readonly string[]])[] = [
    ['Queues', QUEUE_NAMES],
    ['States', GENERATION_STATES],
    ['Gates', GATE_REASONS],
    ['Dead letters', DEAD_LETTER_CLASSES],
    ['Classes of answers', SUBMIT_CLASSES],
  ];
  const generated = lists
    .map(([title, values]) => `### ${title}\n\n${values.map((value) => `\`${value}\``).join(' · ')}\n\n`)
    .join('');
  await expect(withPart(await read(PATH), 'label-values', generated)).toMatchFileSnapshot(join(ROOT, PATH));
});

test('every event of the ledger is known to the metrics and explained', async () => {
  const lua = (await Promise.all((await filesBelow('packages/ledger/lua', '.lua')).map(read))).join('\n');
  const literal = wordsIn(lua, /\bcount\('([\w:]+)'\)/g);
  expect(literal.filter((event) => !POOL_EVENTS.includes(event))).toEqual([]);
  const families = ['letter:', 'gate:', 'refused:'];
  const prefixes = wordsIn(lua, /\bcount\('(\w+:)' \.\./g);
  expect(sorted(new Set(prefixes))).toEqual(sorted(families));
  const alone = POOL_EVENTS.filter((event) => !families.some((family) => event.startsWith(family)));
  const inFamilies = ['letter:<class>', 'gate:<reason>', 'refused:<class>'];
  expect(unnamed(await read(PATH), [...alone, ...inFamilies])).toEqual([]);
});
