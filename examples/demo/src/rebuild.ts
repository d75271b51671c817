import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { AppName } from '@kieq/testkit';
import { z } from 'zod';
import { ROOT } from './places.ts';

const run = promisify(execFile);

const manifest = z.object({ scripts: z.object({ bundle: z.string() }) });
/** Of each source, its hash. */
const sources = z.record(z.string(), z.string());

/** An app whose bundle is older than one of its sources. */
export interface StaleApp {
  readonly name: AppName;
  /** A source that has changed since, from the root of the repository. */
  readonly source: string;
}

/** Those of the apps whose bundles are older than their sources. */
export async function staleApps(names: readonly AppName[]): Promise<StaleApp[]> {
  const script = join(ROOT, 'scripts/bundle/stale.mjs');
  const { stdout } = await run(process.execPath, [script, ...names]);
  return names.flatMap((name) => {
    const source = new RegExp(`^${name} (.+)$`, 'm').exec(stdout)?.[1];
    return source === undefined ? [] : [{ name, source }];
  });
}

/**
 * Bundles an app from its sources, by the command of its package. Its old bundle stays where that fails.
 * @throws Error with what the bundler says
 */
export async function bundle(name: AppName): Promise<void> {
  const cwd = join(ROOT, 'apps', name);
  const { scripts } = manifest.parse(JSON.parse(await readFile(join(cwd, 'package.json'), 'utf8')));
  const env = { ...process.env, NO_COLOR: '1' };
  await run(scripts.bundle, { cwd, env, shell: true }).catch((error: unknown) => {
    throw new Error(withoutStack(error instanceof Error ? error.message : String(error)));
  });
}

/** The stack of the bundler itself does not help the reader. */
function withoutStack(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const end = lines.findIndex((line) => line.startsWith('    at '));
  return lines
    .slice(
      lines.findIndex((line) => /\bError\b/.test(line)),
      end === -1 ? undefined : end,
    )
    .join('\n');
}

/** Folders with sources of these apps, as absolute paths. */
export async function sourceFolders(names: readonly AppName[]): Promise<Set<string>> {
  const folders = new Set<string>();
  for (const name of names) {
    const kept = join(ROOT, 'apps', name, 'dist/sources');
    for (const file of await readdir(kept)) {
      const paths = Object.keys(sources.parse(JSON.parse(await readFile(join(kept, file), 'utf8'))));
      for (const path of paths) folders.add(dirname(join(ROOT, path)));
    }
  }
  return folders;
}
