import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Documents next to the README, by their addresses. */
const AT_THE_ROOT: Readonly<Record<string, string>> = {
  'README.md': 'index',
  'CONTRIBUTING.md': 'contribute',
  'UPGRADING.md': 'upgrading',
  'CHANGELOG.md': 'changelog',
  'SECURITY.md': 'security',
};
const FOLDERS = ['docs', 'apps', 'packages', 'examples', 'bench', 'deploy'];
const SKIPPED = new Set(['node_modules', 'dist', 'dist-pack', 'test']);

/**
 * The address of a document in the site, without `/` before it and without an ending. Undefined where it is no page:
 * outside of `docs`, only the README of a folder is one.
 * @param source path from the root of the repository
 */
export function addressOf(source: string): string | undefined {
  const top = AT_THE_ROOT[source];
  if (top !== undefined) return top;
  if (source.startsWith('docs/') && source.endsWith('.md'))
    return source.slice('docs/'.length, -'.md'.length).replace(/(^|\/)README$/, '$1index');
  return source.endsWith('/README.md') ? source.slice(0, -'/README.md'.length) : undefined;
}

/** Every document that is a page, and every other file of `docs`, as paths from the root of the repository. */
export async function sourcesOf(root: string): Promise<{ readonly pages: string[]; readonly others: string[] }> {
  const below = (await Promise.all(FOLDERS.map((folder) => filesBelow(root, folder)))).flat();
  const pages = [...Object.keys(AT_THE_ROOT), ...below.filter((path) => addressOf(path) !== undefined)];
  return { pages, others: below.filter((path) => path.startsWith('docs/') && !path.endsWith('.md')) };
}

async function filesBelow(root: string, folder: string): Promise<string[]> {
  const found: string[] = [];
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  // Files with a dot are settings of tools, and no web server needs them.
  const shown = entries.filter(({ name }) => !name.startsWith('.'));
  for (const { name, isFolder } of shown.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))) {
    const path = `${folder}/${name}`;
    if (!isFolder) found.push(path);
    else if (!SKIPPED.has(name)) found.push(...(await filesBelow(root, path)));
  }
  return found.toSorted();
}
