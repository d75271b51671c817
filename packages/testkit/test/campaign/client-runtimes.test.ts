import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ROOT } from '../support/documents.ts';
import { execute, makeProject, npmInstall } from '../support/published.ts';

/** From the npm registry; 350 MB, so `pnpm campaign` runs this each night and not each push. */
const RUNTIMES = { deno: '2.9.6', bun: '1.4.5', workerd: '1.20261117.1' };

test('the built client works in Node, Deno, Bun and workerd', { timeout: 300_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kieq-runtimes-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const project = join(folder, 'project');
  await makeProject(project, {});
  await npmInstall(
    project,
    Object.entries(RUNTIMES).map(([name, version]) => `${name}@${version}`),
  );
  const commands = Object.keys(RUNTIMES).map((name) => `${name}=${join(project, 'node_modules/.bin', name)}`);
  const script = join(ROOT, 'packages/client/scripts/runtimes.mjs');
  const printed = await execute(ROOT, process.execPath, [script, `node=${process.execPath}`, ...commands]);
  expect(printed.match(/\((?:ESM|CommonJS)\): works$/gm)).toHaveLength(7);
});
