import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, relative, resolve, sep } from 'node:path';
import { ROOT } from './packages.mjs';

/** Modules that the bundler writes itself: the imports of what CommonJS libraries require. */
const OF_THE_BUNDLER = /^.*\bbuiltin:/;

/**
 * Keeps the text of our sources in a source map, and of libraries only their lines: their texts are in their own
 * packages, and three quarters of the map. Paths begin at the repository or at `node_modules`, not on this machine.
 * @throws where a source is neither in this repository nor in a library
 */
export function leaveOutForeignSources(path) {
  const map = JSON.parse(readFileSync(path, 'utf8'));
  const isForeign = (source) => source.includes('node_modules/');
  const named = map.sources.map((source) => source.replace(OF_THE_BUNDLER, 'node_modules/rolldown/'));
  const sourcesContent = named.map((source, i) => (isForeign(source) ? null : map.sourcesContent[i]));
  const sources = named.map((source) =>
    isForeign(source) ? `node_modules/${source.split('node_modules/').at(-1)}` : fromRepository(path, source),
  );
  writeFileSync(path, JSON.stringify({ ...map, file: basename(path, '.map'), sources, sourcesContent }));
}

/** A map names its sources from its own folder, which may be anywhere on this machine. */
function fromRepository(map, source) {
  const path = relative(ROOT, resolve(dirname(map), source)).split(sep);
  if (path[0] === '..') throw new Error(`${map} names ${source}, which is not in the repository`);
  return `kieq/${path.join('/')}`;
}
