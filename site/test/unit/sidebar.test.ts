import { expect, test } from 'vitest';
import { PUBLISHED } from '../../../scripts/publish/packages.mjs';
import { sidebarOf, type Entry, type Page } from '../../src/sidebar.ts';

const page = (address: string, text = ''): Page => ({ address, title: address.toUpperCase(), text });
const lines = (entries: readonly Entry[] = [], depth = 0): string[] =>
  entries.flatMap(({ text, link = '', items }) => [
    `${'  '.repeat(depth)}${text} ${link}`.trimEnd(),
    ...lines(items, depth + 1),
  ]);

test('every published package is in the group that is open at first', () => {
  const [start] = sidebarOf([...PUBLISHED.map((name) => page(`packages/${name}`)), page('packages/queue')]);
  expect(start?.text).toBe('Start');
  expect(start?.items?.map(({ link = '' }) => link).toSorted()).toEqual(PUBLISHED.map((name) => `/packages/${name}`));
});

test('pages stand in their group, those of a folder below the page of its name, in the order of its links', () => {
  const sidebar = sidebarOf([
    page('something-new'),
    page('operations/redis'),
    page('operations/alerts'),
    page('operations/gates'),
    page('operations', '[Redis](/operations/redis.md), [gates](/operations/gates.md)'),
    page('decisions/0001-config'),
    page('decisions/index'),
    page('packages/queue/src/loop'),
    page('packages/queue'),
    page('packages/client'),
    page('index'),
    page('files/deploy/alerts-yml'),
  ]);
  expect(lines(sidebar)).toEqual([
    'Start',
    '  What kieq is /',
    '  PACKAGES/CLIENT /packages/client',
    'Operate',
    '  OPERATIONS /operations',
    '    OPERATIONS/REDIS /operations/redis',
    '    OPERATIONS/GATES /operations/gates',
    '    OPERATIONS/ALERTS /operations/alerts',
    'Architecture',
    '  PACKAGES/QUEUE /packages/queue',
    '    PACKAGES/QUEUE/SRC/LOOP /packages/queue/src/loop',
    'Decisions',
    '  DECISIONS/INDEX /decisions/',
    '  DECISIONS/0001-CONFIG /decisions/0001-config',
    'Further',
    '  SOMETHING-NEW /something-new',
  ]);
});
