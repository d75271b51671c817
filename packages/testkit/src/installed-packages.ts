import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { satisfies } from 'semver';
import { z } from 'zod';

const manifest = z.looseObject({
  name: z.string(),
  version: z.string(),
  engines: z.looseObject({ node: z.string().optional() }).optional(),
});

/** A package as it lies on the disk. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** The range of Node that it asks for; `*` where it names none. */
  readonly node: string;
}

/** The folder of a package, and no folder inside of it: `…/node_modules/got`, `…/node_modules/@aws-sdk/core`. */
const PACKAGE = /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/.@][^/]*$/;

/** All packages that npm, pnpm or yarn installed below a folder, nested ones included, each as often as it is there. */
export async function installedBelow(folder: string): Promise<InstalledPackage[]> {
  // Links are not followed: pnpm keeps every package once, and links to it.
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const folders = entries
    .filter((entry) => entry.isFile() && entry.name === 'package.json' && PACKAGE.test(entry.parentPath))
    .map((entry) => entry.parentPath);
  return Promise.all(
    folders.map(async (path) => {
      const text: unknown = JSON.parse(await readFile(join(path, 'package.json'), 'utf8'));
      const { name, version, engines } = manifest.parse(text);
      return { name, version, node: engines?.node ?? '*' };
    }),
  );
}

/** Which of these packages do not accept a version of Node, as `<name>@<version> wants <range>`. */
export function refusingNode(packages: readonly InstalledPackage[], version: string): string[] {
  return packages
    .filter(({ node }) => !satisfies(version, node))
    .map(({ name, version: its, node }) => `${name}@${its} wants ${node}`);
}
