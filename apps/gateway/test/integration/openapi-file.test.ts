import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startPool, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { startGateway } from '../support.ts';

const ROOT = join(import.meta.dirname, '../../../..');

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'openapi-file', workers: 0 });
});
afterAll(() => pool.stop());

test('docs/openapi.json is what a gateway serves (mend with pnpm docs:write)', async () => {
  const { app } = await startGateway({ pool });
  const text = `${JSON.stringify(app.swagger(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot(join(ROOT, 'docs/openapi.json'));
});

test('a gateway with PUBLIC_URL has it as its second server: the first one is where the document was read', async () => {
  const { app } = await startGateway({ pool, publicUrl: 'https://videos.example.com' });
  expect(app.swagger()).toMatchObject({ servers: [{ url: '/' }, { url: 'https://videos.example.com' }] });
});
