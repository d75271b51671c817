import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { at, atOnce, hookKillPoints, KILL_POINTS, MATRIX_POINTS, within } from '../../src/kill-points.ts';

/** The paths that submit, poll, notify and recover, from the root of the repository. */
const PATHS = [
  ...[
    'adopt',
    'archive-jobs',
    'archive-processor',
    'archive-results',
    'bind-task',
    'claim-processor',
    'credit-probe',
    'fresh-links',
    'hints',
    'mirror',
    'notice-delivery',
    'first-vehicles',
    'notices',
    'notify-processor',
    'poll-processor',
    'posters',
    'query-permits',
    'redrive',
    'store-removal',
    'submit-attempt',
    'submit-processor',
    'sweeper',
    'take-loop',
    'upload-passing',
    'vehicles',
  ].map((name) => `packages/queue/src/${name}.ts`),
  'packages/producer/src/producer.ts',
  'apps/gateway/src/callbacks/routes.ts',
];
/** Awaited inside of what is awaited at a point, or nothing that a process could be lost in: pauses, its own end. */
const WITHOUT_A_POINT = new Set([
  // A span around what has its own points.
  'context.tracer',
  'context.tracer.of',
  'post',
  'tracer.span',
  'more.next',
  'permits.release',
  'persist',
  'queue.getJobState',
  'remove',
  'running',
  'sleep',
  'step',
  'taking',
  'within',
]);

const read = (path: string): Promise<string> => readFile(join(import.meta.dirname, '../../../..', path), 'utf8');
afterEach(() => hookKillPoints(undefined));

test('every point of the catalogue stands in the code exactly once', async () => {
  const code = (await Promise.all(PATHS.map(read))).join('\n');
  const named = [...code.matchAll(/\b(?:at|atOnce)\(\s*['`]([^'`]+)['`]/g)].map(([, name = '']) => name);
  // The take loops share their code: their points are named after the queue.
  const loops = named.filter((name) => name.startsWith('${'));
  expect(loops.map((name) => name.replace(/^\$\{[^}]*\}/, '')).toSorted()).toEqual(
    ['.${end.kind}', '.lock', '.peek', '.take', '.wake'].toSorted(),
  );
  const steps = KILL_POINTS.filter(
    (point) => !/^(submit|poll|archive|notify)\.(peek|take|complete|delay|give_back|fail|wake|lock)$/.test(point),
  );
  expect(named.filter((name) => !name.startsWith('${')).toSorted()).toEqual(steps.toSorted());
});

test.each(PATHS.slice(0, -2))('%s: no await goes without a point', async (path) => {
  const files = await Promise.all(PATHS.map(read));
  const own = new Set(files.flatMap((text) => [...text.matchAll(/function (\w+)[(<]/g)].map(([, name = '']) => name)));
  const awaited = [...(await read(path)).matchAll(/(?<!\bfor )\bawait \(?([\w.#]+)/g)].map(([, name = '']) => name);
  const bare = awaited.filter((name) => {
    if (name === 'at' || WITHOUT_A_POINT.has(name) || own.has(name)) return false;
    return !/^(this\.|Promise\.(all|race)$)/.test(name);
  });
  expect(bare).toEqual([]);
});

test('the matrix asks for every point but those of the archive', () => {
  const others = KILL_POINTS.filter((point) => !MATRIX_POINTS.includes(point));
  expect(others).toContain('archive.take');
  expect(others.filter((point) => !/^archive\.|^sweep\.(archive-read|unsaved)$|^removal\.result$/.test(point))).toEqual(
    [],
  );
  expect(MATRIX_POINTS.filter((point) => point.includes('archive'))).toEqual([]);
});

test('without a hook a point is a plain call', () => {
  const answer = Promise.resolve(1);
  expect(at('submit.post', () => answer)).toBe(answer);
  expect(atOnce('submit.send', () => false)).toBe(false);
  expect(within('gen_1-1', () => 2)).toBe(2);
});

test('a hook hears of a point before it begins and after it has succeeded, and for whom', async () => {
  const heard: string[] = [];
  hookKillPoints({
    pass: (point, phase) => heard.push(`${phase} ${point}`),
    within: (subject, run) => {
      heard.push(subject);
      return run();
    },
  });
  await within('gen_1-1', () => at('submit.admit', () => Promise.resolve(heard.push('admit'))));
  await expect(at('submit.post', () => Promise.reject(new Error('cut')))).rejects.toThrow('cut');
  expect(atOnce('submit.send', () => heard.push('send'))).toBe(7);
  expect(heard).toEqual([
    'gen_1-1',
    'before submit.admit',
    'admit',
    'after submit.admit',
    'before submit.post',
    'before submit.send',
    'send',
    'after submit.send',
  ]);
});
