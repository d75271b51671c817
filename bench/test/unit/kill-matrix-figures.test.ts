import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { figuresOf, parseLines } from '../../src/kill-matrix/figures.ts';

const KEPT = new URL('../../results/kill-matrix.jsonl', import.meta.url);
const DOCUMENT = new URL('../../../docs/kill-matrix.md', import.meta.url);

const RUN = {
  date: '2026-11-28T11:00:00.000Z',
  commit: 'abc',
  seed: 7,
  strikes: 3,
  kills: 1,
  freezes: 2,
  generations: 2,
  expected: 1,
  found: 2,
  unresolved: 1,
  doubled: 1,
  lost: 0,
  violations: 3,
  unrecovered: 0,
  unreached: 1,
  missing: ['admit@admit:after'],
  recovery: { n: 1, p50: 700, p99: 700 },
  points: { 'admit@admit:before': [1, 1], 'look@take:after': [0, 1] },
} as const;

test('every run has its row, and the last row is their sum', () => {
  const other = { ...RUN, seed: 8, recovery: { n: 0, p50: null, p99: null }, points: { 'look@take:before': [1, 0] } };
  const rows = figuresOf(parseLines([RUN, other].map((line) => `${JSON.stringify(line)}\n`).join(''))).split('\n');
  expect(rows[0]).toContain('Each place was struck at least 0 times.');
  expect(rows.slice(4, 7)).toEqual([
    '| 7 | 3 | 1 | 2 | 1 | 2 | 2 | 1 | 1 | 1 | 0 | 2 | 1 | 700 | 700 |',
    '| 8 | 3 | 1 | 2 | 1 | 2 | 2 | 1 | 1 | 1 | 0 | 2 | 0 | – | – |',
    '| all | 6 | 2 | 4 | 1 | 4 | 4 | 2 | 2 | 2 | 0 | 4 | 1 | – | – |',
  ]);
});

test('runs from before the points had their present names do not count for places', () => {
  const { missing: _, ...older } = RUN;
  const rows = figuresOf(parseLines(JSON.stringify(older))).split('\n');
  expect(rows[0]).toBe('2026-11-28; commits abc.');
  expect(rows[5]).toBe('| all | 3 | 1 | 2 | – | 2 | 2 | 1 | 1 | 1 | 0 | 2 | 1 | – | – |');
});

test('the document shows the kept runs: pnpm kill-matrix --report', async () => {
  const [kept, page] = await Promise.all([readFile(KEPT, 'utf8'), readFile(DOCUMENT, 'utf8')]);
  expect(page).toContain(figuresOf(parseLines(kept)));
});
