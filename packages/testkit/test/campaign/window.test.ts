import { expect, test } from 'vitest';
import { windowFindings } from '../support/window.ts';

test('a hundred windows of a long backlog are used and never exceeded', { timeout: 240_000 }, async () => {
  expect((await windowFindings(2000, 0.9)).filter(({ ok }) => !ok)).toEqual([]);
});
