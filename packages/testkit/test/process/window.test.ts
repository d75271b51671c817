import { expect, test } from 'vitest';
import { windowFindings } from '../support/window.ts';

// Forty windows; the campaign takes a hundred.
test('three workers use the whole window and never exceed it; priorities and order hold', async () => {
  expect((await windowFindings(800)).filter(({ ok }) => !ok)).toEqual([]);
});
