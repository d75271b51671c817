import { readFileSync } from 'node:fs';

/**
 * The text of `lua/<name>.lua`. Bundles have no Lua files: the build script replaces this module by the texts
 * (`scripts/bundle/inline-lua.mjs`).
 */
export function readLua(name: string): string {
  return readFileSync(new URL(`../lua/${name}.lua`, import.meta.url), 'utf8');
}
