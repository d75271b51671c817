import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';

const run = promisify(execFile);
export const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const MINUTE_MS = 60_000;
const MOST_OUTPUT = 256 * 1024 * 1024;

/** Sources of a revision in a folder of their own, with everything built. */
export interface Checkout {
  readonly root: string;
  /** Such as `0.2.0 (111bb25)`. */
  readonly version: string;
  remove(): Promise<void>;
}

/**
 * Brings a revision into a temporary folder, installs what it needs (from what pnpm has at hand, else from the
 * registry) and builds it. Neither the repository nor its working tree is touched.
 * @throws Error when the revision is unknown, or does not install or build
 */
export async function checkOut(revision: string, say: (text: string) => void): Promise<Checkout> {
  const { stdout } = await run('git', ['rev-parse', '--verify', '--short', `${revision}^{commit}`], { cwd: ROOT });
  const commit = stdout.trim();
  const root = await mkdtemp(join(tmpdir(), 'kieq-upgrade-'));
  const removeAtExit = (): void => rmSync(root, { recursive: true, force: true });
  process.once('exit', removeAtExit);
  const remove = async (): Promise<void> => {
    await rm(root, { recursive: true, force: true });
    process.off('exit', removeAtExit);
  };
  try {
    const archive = join(root, 'sources.tar');
    await run('git', ['archive', '--format=tar', `--output=${archive}`, commit], { cwd: ROOT });
    await run('tar', ['-xf', archive, '-C', root]);
    await rm(archive);
    say(`installing ${commit}`);
    const install = (...more: string[]): Promise<void> => pnpm(root, ['install', '--frozen-lockfile', ...more]);
    await install('--offline').catch(() => install());
    say(`building ${commit}`);
    await pnpm(root, ['--silent', 'build']);
    return { root, version: `${await versionOf(root)} (${commit})`, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

export async function versionOf(root: string): Promise<string> {
  const manifest = z.object({ version: z.string() });
  return manifest.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))).version;
}

async function pnpm(cwd: string, args: readonly string[]): Promise<void> {
  await run('npx', ['-y', 'pnpm@12', ...args], {
    cwd,
    env: environment(),
    timeout: 10 * MINUTE_MS,
    maxBuffer: MOST_OUTPUT,
  });
}

/** Without what the pnpm that runs us says of this workspace. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|pnpm_|turbo_|INIT_CWD)/i.test(name)),
  );
}
