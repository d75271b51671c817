import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Folders below `packages` of what is published. */
export const PUBLISHED = ['bull-board', 'client', 'kie', 'kieq', 'producer', 'simulator'];

/** Entries of a bundle next to its index, by their names in `dist`: commands, which become its `bin`, and workers. */
const MORE = {
  simulator: {
    commands: { 'kieq-simulator': 'apps/simulator/src/main.ts' },
    workers: { 'render-worker': 'packages/simulator/src/video/render-worker.js' },
  },
};

/** What a bundle has next to its index; paths are absolute. */
export function moreOf(folder) {
  const { commands = {}, workers = {} } = MORE[basename(folder)] ?? {};
  const entries = Object.entries({ ...commands, ...workers }).map(([name, path]) => [name, join(ROOT, path)]);
  return { commands: Object.keys(commands), entries: Object.fromEntries(entries) };
}

/** The folder of a published package. @throws where it is not published */
export function folderOf(name) {
  if (!PUBLISHED.includes(name)) throw new Error(`${name} is not published; these are: ${PUBLISHED.join(', ')}`);
  return join(ROOT, 'packages', name);
}

/** The script by which a published package builds itself; undefined where it becomes a bundle. */
export function ownBuildOf(folder) {
  const script = join(folder, 'scripts/build.mjs');
  return existsSync(script) ? script : undefined;
}

/** The module that becomes the bundle: `published.ts` where the index of a package has more than what is published. */
export function entryOf(folder) {
  const published = join(folder, 'src/published.ts');
  return existsSync(published) ? published : join(folder, 'src/index.ts');
}

/** Whether others import it; if not, it is a command. */
export function isLibrary(folder) {
  return existsSync(join(folder, 'src/index.ts'));
}

/** The version that the tests run with is the lowest that is accepted. */
export function versionOf(folder, dependency) {
  return readJson(join(folder, 'node_modules', dependency, 'package.json')).version;
}

export function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
