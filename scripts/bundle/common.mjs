import { fileURLToPath } from 'node:url';

const PACKAGES = fileURLToPath(new URL('../../packages/', import.meta.url));

/** Our packages are bundled from source, so that nothing needs to be built before. */
export const conditionsFor = (platform) => ['@kieq/source', platform, 'import', 'module', 'default'];

/** Our modules do nothing at import, so a chunk holds only those that it uses: a package's index pulls in no others. */
export const OURS = { test: new RegExp(`^${escaped(PACKAGES)}(?:(?!node_modules).)*$`), sideEffects: false };

/** What matches an import of one of these packages. */
export const importsOf = (names) => names.map((name) => new RegExp(`^${name}(?:/|$)`));

function escaped(path) {
  return path.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
