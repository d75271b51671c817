import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { startPool } from '../../../../packages/testkit/src/pool.ts';
import { startGateway } from '../support.ts';

const ROOT = join(import.meta.dirname, '../../../..');

test('docs/openapi.json is what a gateway serves (mend with pnpm docs:write)', async () => {
  const pool = await startPool({ redisUrl: inject('redisUrl'), name: 'openapi-file', workers: 0 });
  try {
    const { app } = await startGateway({ pool });
    const text = `${JSON.stringify(app.swagger(), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot(join(ROOT, 'docs/openapi.json'));
  } finally {
    await pool.stop();
  }
});
