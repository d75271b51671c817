import { expect, test } from 'vitest';
import type { PosterOutcome } from '../../src/index.ts';
import { PosterLine } from '../../src/poster-line.ts';

const MADE = { kind: 'made', name: 'x.poster.jpg', bytes: 1 } as const;
const fileOf = (n: number) => ({ name: `${n}.mp4`, contentType: 'video/mp4' });

/** A line whose posters are finished by hand. */
function openLine() {
  const begun: string[] = [];
  let finish = (_outcome: PosterOutcome): void => undefined;
  const line = new PosterLine(
    ({ name }, signal) =>
      new Promise((resolve) => {
        begun.push(name);
        finish = resolve;
        signal.addEventListener('abort', () => resolve({ kind: 'failed', reason: 'cut' }));
      }),
  );
  return { line, begun, finish: () => finish(MADE) };
}

test('posters are made one after the other', async () => {
  const { line, begun, finish } = openLine();
  const turns = [1, 2].map((n) => line.add(fileOf(n)));
  await Promise.resolve();
  expect(begun).toEqual(['1.mp4']);
  finish();
  expect(await turns[0]).toEqual(MADE);
  expect(begun).toEqual(['1.mp4', '2.mp4']);
  finish();
  expect(await turns[1]).toEqual(MADE);
});

test('at most a hundred wait, and slots become free again', async () => {
  const { line, finish } = openLine();
  const first = line.add(fileOf(0));
  await Promise.resolve();
  const waiting = Array.from({ length: 100 }, (_, i) => line.add(fileOf(i + 1)));
  expect(await line.add(fileOf(101))).toEqual({ kind: 'failed', reason: '100 other posters wait already' });
  finish();
  await first;
  const late = line.add(fileOf(102));
  await line.close();
  expect(await Promise.all([...waiting, late])).toHaveLength(101);
  expect(await late).toEqual({ kind: 'failed', reason: 'this process is shutting down' });
});

test('a shutdown cuts the running one and drops the others', async () => {
  const { line, begun } = openLine();
  const turns = [1, 2].map((n) => line.add(fileOf(n)));
  await Promise.resolve();
  await line.close();
  expect(await Promise.all(turns)).toEqual([
    { kind: 'failed', reason: 'cut' },
    { kind: 'failed', reason: 'this process is shutting down' },
  ]);
  expect(begun).toEqual(['1.mp4']);
});
