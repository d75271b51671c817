import { readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow, wordsIn } from '../support/documents.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const SOURCES = 'packages/queue/src';

/** The folder of a file, or the file itself where it stands in no folder. */
function roomOf(path: string): string {
  return relative(SOURCES, path).split('/')[0] ?? '';
}

/** Of each room the rooms that it imports from. */
async function readArrows(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const arrows = new Map<string, Set<string>>();
  for (const path of await filesBelow(SOURCES, '.ts')) {
    const from = roomOf(path);
    const targets = arrows.get(from) ?? new Set();
    arrows.set(from, targets);
    const source = await readFile(join(ROOT, path), 'utf8');
    for (const target of wordsIn(source, /\b(?:from |import |import\()'(\.[^']+)'/g)) {
      const to = roomOf(join(dirname(path), target));
      if (to !== from) targets.add(to);
    }
  }
  return arrows;
}

/** Takes away every room that needs none of those that are left; what stays is in a circle, or leads into one. */
function circlesIn(arrows: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const left = new Map(arrows);
  const isFree = ([, targets]: readonly [string, ReadonlySet<string>]) => ![...targets].some((to) => left.has(to));
  for (let free = [...left].filter(isFree); free.length > 0; free = [...left].filter(isFree))
    for (const [room] of free) left.delete(room);
  return [...left].map(([room, targets]) => `${room} → ${[...targets].filter((to) => left.has(to)).join(', ')}`);
}

/** The lint (import/no-cycle) knows files alone: two folders can need each other without a circle of files. */
test('the folders of packages/queue need each other in one direction only', async () => {
  const arrows = await readArrows();
  expect(arrows.get('submit')).toContain('loop');
  expect(circlesIn(arrows)).toEqual([]);
});

test('a circle of folders is found, and named', () => {
  const arrows = { index: ['poll', 'jobs'], poll: ['adopt', 'jobs'], adopt: ['poll'], jobs: [] };
  const sets = new Map(Object.entries(arrows).map(([room, targets]) => [room, new Set(targets)]));
  expect(circlesIn(sets)).toEqual(['index → poll', 'poll → adopt', 'adopt → poll']);
});
