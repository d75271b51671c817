#!/usr/bin/env node
// node ../../scripts/bundle/main.mjs [--dir <folder>] [--platform node|browser] <entry>…
// Bundles entries of the package in the working directory into its folder `dist`, or another one, which is emptied
// first. The package's `dependencies` are installed next to the bundle; everything else becomes part of it.
// A package that is published for other services is bundled by library.mjs, which scripts/publish calls.
import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { basename, extname } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'rolldown';
import { conditionsFor, importsOf, OURS } from './common.mjs';
import { inlineLua } from './inline-lua.mjs';
import { writeSources } from './sources.mjs';

const { values, positionals: entries } = parseArgs({
  allowPositionals: true,
  options: { dir: { type: 'string', default: 'dist' }, platform: { type: 'string', default: 'node' } },
});
const { dependencies = {} } = JSON.parse(await readFile('package.json', 'utf8'));

const installed = importsOf(Object.keys(dependencies));

const { output } = await build({
  input: Object.fromEntries(entries.map((entry) => [basename(entry, extname(entry)), entry])),
  platform: values.platform,
  external: installed,
  resolve: { conditionNames: conditionsFor(values.platform) },
  treeshake: { moduleSideEffects: [OURS] },
  plugins: [inlineLua()],
  output: {
    dir: values.dir,
    cleanDir: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    sourcemap: true,
    // Names and lines stay readable in stack traces, also without the source map.
    minify: false,
  },
});

const outside = new Set(output.flatMap(({ imports = [], dynamicImports = [] }) => [...imports, ...dynamicImports]));
const files = new Set(output.map(({ fileName }) => fileName));
const missing = [...outside].filter(
  (name) => !isBuiltin(name) && !files.has(name) && !installed.some((one) => one.test(name)),
);
if (missing.length > 0)
  throw new Error(`the bundle imports packages that are not installed next to it: ${missing.join(', ')}`);
writeSources('.', basename(values.dir), output);
