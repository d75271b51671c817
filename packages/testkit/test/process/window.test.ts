import { expect, test } from 'vitest';
import { windowFindings } from '../support/window.ts';

// Fifteen windows while the machine does other work, which costs efficiency; the campaign takes a hundred, alone, and
// demands 0.9; the bench measures.
// @guarantee G4, G5
test('three workers use the whole window and never exceed it; priorities and order hold', async () => {
  expect((await windowFindings(300, 0.6)).filter(({ ok }) => !ok)).toEqual([]);
});
