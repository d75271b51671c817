import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';

/**
 * Keeps the text of our sources in a source map, and of libraries only their lines: their texts are in their own
 * packages, and three quarters of the map. Paths begin at the repository or at `node_modules`, not on this machine.
 */
export function leaveOutForeignSources(path) {
  const map = JSON.parse(readFileSync(path, 'utf8'));
  const isForeign = (source) => source.includes('node_modules/');
  const sourcesContent = map.sources.map((source, i) => (isForeign(source) ? null : map.sourcesContent[i]));
  const sources = map.sources.map((source) =>
    isForeign(source)
      ? `node_modules/${source.split('node_modules/').at(-1)}`
      : source.replace(/^(?:\.\.\/)+/, 'kieq/'),
  );
  writeFileSync(path, JSON.stringify({ ...map, file: basename(path, '.map'), sources, sourcesContent }));
}
