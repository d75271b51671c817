import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LONGEST } from '../../../../scripts/test/longest-files.mjs';
import { ROOT } from '../support/documents.ts';

test('every file that begins first exists, and stands in the list once', async () => {
  await Promise.all(LONGEST.map((file) => access(join(ROOT, file))));
  expect(new Set(LONGEST).size).toBe(LONGEST.length);
});
