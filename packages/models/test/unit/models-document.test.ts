import { join } from 'node:path';
import { expect, test } from 'vitest';
import { read, ROOT, withPart } from '../../../testkit/test/support/documents.ts';
import { modelsTable, sourcesTable } from '../support/models-table.ts';

test('the table of models is up to date (mend with pnpm docs:write)', async () => {
  const path = 'docs/kie/models.md';
  const text = withPart(await read(path), 'models', modelsTable());
  await expect(withPart(text, 'sources', sourcesTable())).toMatchFileSnapshot(join(ROOT, path));
});
