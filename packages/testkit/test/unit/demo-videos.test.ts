import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { clearVideos } from '../../../../examples/demo/src/save.ts';

test('the demo removes the videos of an earlier one, and no file of its user', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kieq-demo-videos-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const name of ['cat-1.mp4', 'cat-2.mp4.part', 'cat-3.mp4', 'holiday.mp4', 'notes.txt'])
    await writeFile(join(folder, name), 'x');
  await clearVideos(folder, ['cat-1', 'cat-2']);
  expect((await readdir(folder)).toSorted()).toEqual(['cat-3.mp4', 'holiday.mp4', 'notes.txt']);
});

test('the demo makes the folder where there is none', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'kieq-demo-videos-'));
  onTestFinished(() => rm(parent, { recursive: true }));
  await clearVideos(join(parent, 'demo-videos'), ['cat-1']);
  expect(await readdir(join(parent, 'demo-videos'))).toEqual([]);
});
