import { expect, test } from 'vitest';
import { windowFindings } from '../support/window.ts';

// Thirty windows beside whatever else the machine does; the campaign takes a hundred, and demands 0.95.
test('three workers use the whole window and never exceed it; priorities and order hold', async () => {
  expect((await windowFindings(600, 0.9)).filter(({ ok }) => !ok)).toEqual([]);
});
