import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { downloadAlone } from '@kieq/local-redis';
import { ROOT } from './files.ts';

const run = promisify(execFile);
const HOME = join(ROOT, '.kieq/prometheus');

/**
 * `promtool` from the PATH, or of Debian's package prometheus, fetched and unpacked below `.kieq` without being
 * installed. A later call finds it there and needs no network.
 * @throws Error where neither is to be had
 */
export async function findPromtool(): Promise<string> {
  const onPath = await run('promtool', ['--version']).then(
    () => 'promtool',
    () => undefined,
  );
  if (onPath !== undefined) return onPath;
  const unpacked = join(HOME, process.arch);
  const program = join(unpacked, 'usr/bin/promtool');
  if ((await stat(program).catch(() => undefined)) === undefined) await unpackTo(unpacked);
  return program;
}

async function unpackTo(target: string): Promise<void> {
  await mkdir(HOME, { recursive: true });
  const workspace = await mkdtemp(join(HOME, 'fetch-'));
  try {
    const files = await downloadAlone({ folder: workspace, env: process.env }, ['prometheus']);
    const root = join(workspace, 'root');
    for (const file of files) await run('dpkg-deb', ['-x', file, root]);
    // Another process may have been faster; then its folder is as good.
    await rename(root, target).catch(() => undefined);
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
}
