import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

/** The one module that reads Lua files next to its package. */
const READER = /packages[/\\]ledger[/\\]src[/\\]lua-files\.ts$/;

/** Puts the text of every Lua file into the bundle instead of the module that reads them: a bundle has no Lua files. */
export function inlineLua() {
  return {
    name: 'inline-lua',
    load: {
      filter: { id: READER },
      handler(id) {
        const texts = Object.fromEntries(luaBeside(id).map((path) => [nameOf(id, path), readFileSync(path, 'utf8')]));
        const code = `const texts = ${JSON.stringify(texts, null, 2)};\nexport const readLua = (name) => texts[name];\n`;
        return { code, moduleType: 'js' };
      },
    },
  };
}

/** Paths of the Lua files that a module brings into the bundle. */
export function luaBeside(id) {
  if (!READER.test(id)) return [];
  const folder = folderOf(id);
  const names = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.lua'));
  return names.toSorted((a, b) => (a < b ? -1 : 1)).map((name) => join(folder, name));
}

const folderOf = (id) => resolve(id, '../../lua');

/** Such as `lib/base` for `lua/lib/base.lua`. */
function nameOf(id, path) {
  return relative(folderOf(id), path).replaceAll('\\', '/').slice(0, -'.lua'.length);
}
