#!/usr/bin/env node
// node scripts/build.mjs [<folder>]: builds `dist`, or another folder, which is emptied first. Two files for ESM and the same two for CommonJS, without comments and with all
// names, so that stack traces can be read. npm packs files of one name next to each other, and gzip finds repetitions
// within 32 KB: the second of two equal files that are shorter than that costs almost nothing; declarations are CommonJS (`.d.cts`), which ESM re-exports, so that both have the same
// types. Source maps with sources would be as large as all the rest, and the package has a limit (docs/decisions/0037).
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const DIST = resolve(process.argv[2] ?? join(PACKAGE, 'dist'));
const CJS = join(DIST, 'cjs');
const TYPES = join(DIST, 'types');
const TSC = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

rmSync(DIST, { recursive: true, force: true });
execFileSync(process.execPath, [TSC, '-p', 'tsconfig.build.json', '--outDir', TYPES], {
  cwd: PACKAGE,
  stdio: 'inherit',
});
for (const [format, folder] of [
  ['esm', DIST],
  ['cjs', CJS],
]) {
  await build({
    input: join(PACKAGE, 'src/index.ts'),
    platform: 'neutral',
    output: {
      dir: folder,
      format,
      comments: false,
      minify: false,
      minifyInternalExports: false,
      entryFileNames: '[name].js',
      chunkFileNames: '[name].js',
      codeSplitting: { groups: [{ name: 'calls', test: /src.(error|http|shapes|tools)\.ts$/ }] },
    },
  });
}
writeFileSync(join(CJS, 'package.json'), '{ "type": "commonjs" }\n');
writeFileSync(join(DIST, 'index.cjs'), "module.exports = require('./cjs/index.js');\n");

mkdirSync(DIST, { recursive: true });
for (const module of reachable('index')) writeFileSync(join(DIST, `${module}.d.cts`), declaration(module));
writeFileSync(join(DIST, 'index.d.ts'), "export * from './index.cjs';\n");
rmSync(TYPES, { recursive: true });

/** Declarations that the public ones use; those of internal modules are not shipped. */
function reachable(module, seen = new Set()) {
  if (seen.has(module)) return seen;
  seen.add(module);
  const used = [...declaration(module).matchAll(/from '\.\/([\w-]+)\.cjs'/g)].map(([, name]) => name);
  for (const next of used) reachable(next, seen);
  return seen;
}

function declaration(module) {
  const names = readdirSync(TYPES);
  if (!names.includes(`${module}.d.ts`)) throw new Error(`there is no declaration of ${module}`);
  return readFileSync(join(TYPES, `${module}.d.ts`), 'utf8').replaceAll(/(from '\.\/[\w-]+)\.ts'/g, "$1.cjs'");
}
