import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { ROOT } from './files.ts';

const run = promisify(execFile);

/** Every app that has an image, and so a production layout. */
export const APPS = ['worker', 'gateway', 'dashboard', 'simulator', 'cli'];

/** Lays built apps out below a folder, each with the list of its packages. */
export async function layOut(folder: string, apps: readonly string[]): Promise<void> {
  await run('sh', ['deploy/layout.sh', folder, ...apps], { cwd: ROOT });
}

/** Writes the list of packages of layouts once more. */
export async function writeSboms(folder: string, apps: readonly string[]): Promise<void> {
  await run('node', ['deploy/sbom.mjs', folder, ...apps], { cwd: ROOT });
}

const sourceMap = z.looseObject({ sources: z.array(z.string()) });

/** Packages of which a part is in a bundle, by its source maps: `<name>@<version>`. */
export async function bundledIn(layout: string): Promise<string[]> {
  const files = await readdir(join(layout, 'dist'), { recursive: true });
  const maps = files.filter((file) => file.endsWith('.map'));
  const sources = await Promise.all(
    maps.map(async (file) => {
      const text: unknown = JSON.parse(await readFile(join(layout, 'dist', file), 'utf8'));
      return sourceMap.parse(text).sources;
    }),
  );
  const packages = sources.flat().flatMap((source) => {
    const [, kept = '', name = ''] = /\.pnpm\/([^/]+)\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source) ?? [];
    const version = kept.slice(name.length + 1).replace(/_.*$/, '');
    return name === '' ? [] : [`${name}@${version}`];
  });
  return [...new Set(packages)];
}
