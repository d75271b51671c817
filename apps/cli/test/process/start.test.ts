import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/** The files of the bundle that are loaded before a command runs: `main.js`, and what it imports statically. */
async function loadedAtStart(name = 'main.js', seen = new Map<string, string>()): Promise<Map<string, string>> {
  if (seen.has(name)) return seen;
  const text = await readFile(fileURLToPath(new URL(`../../dist/${name}`, import.meta.url)), 'utf8');
  seen.set(name, text);
  for (const [, imported = ''] of text.matchAll(/^import .*?"\.\/([\w.-]+\.js)";$/gm))
    await loadedAtStart(imported, seen);
  return seen;
}

it('help and version load the parser and the words of the domain, and no command', async () => {
  const text = [...(await loadedAtStart()).values()].join('\n');
  const modules = [...text.matchAll(/^\/\/ (\S+\.[cm]?[jt]s)$/gm)].map(([, path = '']) => path);
  const packages = modules.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/.][^/]*)\//.exec(path)?.[1] ?? []);
  expect([...new Set(packages)]).toEqual(['commander']);
  expect(modules.filter((path) => path.startsWith('src/commands/'))).toEqual([]);
  // Reading and compiling it is most of the start: a bare Node takes 50 ms, and this much some 20 ms more.
  expect(text.length).toBeLessThan(300_000);
});
