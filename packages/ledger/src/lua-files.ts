import { readFileSync } from 'node:fs';

/**
 * The text of `lua/<name>.lua`. Bundles have no files beside them: the build script puts the texts in place of this
 * module (`scripts/bundle/inline-lua.mjs`).
 */
export function readLua(name: string): string {
  return readFileSync(new URL(`../lua/${name}.lua`, import.meta.url), 'utf8');
}
