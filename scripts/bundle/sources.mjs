import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { luaBeside } from './inline-lua.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Below the folder of a package: one file for each of its bundles, outside of what a browser may fetch. */
const SOURCES = 'dist/sources';

/**
 * Keeps which sources of this repository a bundle was made of, with their hashes.
 * @param folder of the package
 * @param name of the bundle
 */
export function writeSources(folder, name, output) {
  const modules = output.flatMap(({ moduleIds = [] }) => moduleIds);
  const ours = modules.filter((id) => id.startsWith(ROOT) && !id.includes('node_modules'));
  const files = [...ours, ...ours.flatMap(luaBeside)].toSorted((a, b) => (a < b ? -1 : 1));
  const hashes = Object.fromEntries(files.map((path) => [relative(ROOT, path), hashOf(path)]));
  mkdirSync(join(folder, SOURCES), { recursive: true });
  writeFileSync(join(folder, SOURCES, `${name}.json`), `${JSON.stringify(hashes, null, 1)}\n`);
}

/**
 * The first source that has changed since the bundles of a package were made; undefined where none has.
 * @param folder of the package
 * @throws where there are no bundles
 */
export function changedSince(folder) {
  const kept = join(folder, SOURCES);
  const bundles = readdirSync(kept).map((name) => JSON.parse(readFileSync(join(kept, name), 'utf8')));
  const entries = bundles.flatMap((hashes) => Object.entries(hashes));
  return entries.find(([path, hash]) => hashOf(join(ROOT, path)) !== hash)?.[0];
}

function hashOf(path) {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16);
  } catch {
    return 'gone';
  }
}
