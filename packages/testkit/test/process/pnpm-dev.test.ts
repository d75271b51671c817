import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { appendFile, cp, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { until } from '../../src/index.ts';
import { ROOT } from '../support/documents.ts';

const GROUPS = ['apps', 'packages', 'examples'];
const WORKER = 'apps/worker/src/main.ts';

/** Sources and bundles as they are, with the links of the workspace within the copy. */
async function scratchCopy(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'kieq-dev-copy-')));
  onTestFinished(() => rm(folder, { recursive: true }));
  const root = await realpath(ROOT);
  const filter = (path: string): boolean => !['node_modules', '.turbo', 'test'].includes(basename(path));
  for (const group of [...GROUPS, 'scripts'])
    await cp(join(root, group), join(folder, group), { recursive: true, filter });
  await cp(join(root, 'package.json'), join(folder, 'package.json'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const group of GROUPS) {
    for (const member of await readdir(join(root, group))) {
      const modules = join(root, group, member, 'node_modules');
      const copy = join(folder, relative(root, modules));
      if (existsSync(modules)) await cp(modules, copy, { recursive: true, verbatimSymlinks: true });
    }
  }
  return folder;
}

test('pnpm dev restarts the workers after a change of their source, and keeps them while it does not compile', async () => {
  const folder = await scratchCopy();
  const child = spawn(process.execPath, [join(folder, 'examples/demo/dist/dev.js')], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      REDIS_URL: inject('redisUrl'),
      GATEWAY_PORT: '0',
      DASHBOARD_PORT: '0',
      LOG_LEVEL: 'info',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  onTestFinished(async () => {
    // Killed, it would leave its processes behind.
    child.kill('SIGTERM');
    if (child.exitCode === null) await ended;
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const times = (pattern: RegExp, count: number): Promise<unknown> =>
    until(
      () => (child.exitCode === null ? (text.match(pattern) ?? []).length : text),
      (found) => found === count,
      60_000,
    );
  await times(/Change a source file/g, 1);

  const source = await readFile(join(folder, WORKER), 'utf8');
  await appendFile(join(folder, WORKER), '\nprocess.stderr.write(;\n');
  await times(/^dev \| \S+ changed; worker was not bundled and keeps running unchanged: /gm, 1);
  expect(text).not.toMatch(/^dev \| .* restarted after /m);

  await writeFile(
    join(folder, WORKER),
    source.replace('await runProcess(', "process.stderr.write('edited\\n');\nawait runProcess("),
  );
  await times(/^worker [12] \| edited$/gm, 2);
  await times(/^dev \| \S+ changed: worker [12] restarted after /gm, 2);
  // Only what contains the source.
  expect(text).not.toMatch(/main\.ts changed: (gateway|dashboard) restarted/);

  child.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
  expect(text).not.toMatch(/exited \(/);
});
