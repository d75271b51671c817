#!/usr/bin/env node
// node scripts/build.mjs [<folder>]: builds what the package ships into `dist`, or another folder, which is emptied first,
// and next to that folder the files which no module holds. One bundle with an entry for each process: they share what is
// the same in all of them, and each loads only its own (docs/decisions/0039).
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { conditionsFor, importsOf, OURS } from '../../../scripts/bundle/common.mjs';
import { inlineLua } from '../../../scripts/bundle/inline-lua.mjs';
import { leaveOutForeignSources } from '../../../scripts/publish/source-maps.mjs';
import { thirdParty } from '../../../scripts/publish/third-party.mjs';
import { BOARD, shippedPages, SWAGGER } from './shipped-pages.mjs';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const DIST = resolve(process.argv[2] ?? join(ROOT, 'packages/kieq/dist'));
const STAGING = resolve(DIST, '..');
const below = (path) => join(ROOT, path);

const ENTRIES = {
  main: below('apps/cli/src/main.ts'),
  worker: below('apps/worker/src/main.ts'),
  gateway: below('apps/gateway/src/main.ts'),
  dashboard: below('apps/dashboard/src/main.ts'),
  simulator: below('apps/simulator/src/main.ts'),
  'render-worker': below('packages/simulator/src/video/render-worker.js'),
  start: below('packages/kieq/src/start.ts'),
  demo: below('packages/kieq/src/demo.ts'),
};
const PAGES = ['overview', 'generation', 'login'];

const {
  dependencies = {},
  optionalDependencies = {},
  peerDependencies = {},
} = JSON.parse(readFileSync(below('packages/kieq/package.json'), 'utf8'));
const external = importsOf(Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }));

rmSync(DIST, { recursive: true, force: true });
mkdirSync(DIST, { recursive: true });
const modules = [...(await bundleProcesses()), ...(await bundlePages())];
copyFiles();
for (const folder of [DIST, join(DIST, 'page')])
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.map')))
    leaveOutForeignSources(join(folder, name));
const libraries = thirdParty([...modules, join(BOARD, 'package.json'), join(SWAGGER, 'package.json')]);
writeFileSync(join(STAGING, 'THIRD-PARTY.txt'), `${libraries}\n${'-'.repeat(72)}\n\n${swaggerUi()}`);

/** Swagger UI is a part of @fastify/swagger-ui, which ships none of its texts: `licenses` has them, of this version. */
function swaggerUi() {
  const version = '5.34.0';
  const { devDependencies } = JSON.parse(readFileSync(join(SWAGGER, 'package.json'), 'utf8'));
  if (devDependencies['swagger-ui-dist'] !== version)
    throw new Error(
      `packages/kieq/licenses has the texts of Swagger UI ${version}, not ${devDependencies['swagger-ui-dist']}`,
    );
  const folder = below('packages/kieq/licenses/swagger-ui');
  const texts = readdirSync(folder).map((name) => `${name}\n\n${readFileSync(join(folder, name), 'utf8').trim()}\n`);
  return `Swagger UI ${version} (Apache-2.0)\n\n${texts.join('\n')}`;
}

async function bundleProcesses() {
  const { output } = await build({
    input: ENTRIES,
    platform: 'node',
    external,
    resolve: { conditionNames: conditionsFor('node') },
    treeshake: { moduleSideEffects: [OURS] },
    plugins: [inlineLua(), shippedPages()],
    // Bull Board's, which is reached only without the folder that we name.
    checks: { eval: false },
    output: {
      dir: DIST,
      entryFileNames: '[name].js',
      chunkFileNames: '[name]-[hash].js',
      sourcemap: true,
      minify: false,
    },
  });
  const files = new Set(output.map(({ fileName }) => fileName));
  const imported = output.flatMap(({ imports = [], dynamicImports = [] }) => [...imports, ...dynamicImports]);
  const missing = imported.filter(
    (name) => !isBuiltin(name) && !files.has(name) && !external.some((one) => one.test(name)),
  );
  if (missing.length > 0) throw new Error(`kieq imports what is not installed: ${[...new Set(missing)].join(', ')}`);
  return output.flatMap(({ moduleIds = [] }) => moduleIds);
}

/** Scripts of the dashboard's pages, for browsers. */
async function bundlePages() {
  const { output } = await build({
    input: Object.fromEntries(PAGES.map((name) => [name, below(`apps/dashboard/page/${name}.ts`)])),
    platform: 'browser',
    resolve: { conditionNames: conditionsFor('browser') },
    treeshake: { moduleSideEffects: [OURS] },
    output: {
      dir: join(DIST, 'page'),
      entryFileNames: '[name].js',
      chunkFileNames: '[name]-[hash].js',
      sourcemap: true,
    },
  });
  return output.flatMap(({ moduleIds = [] }) => moduleIds);
}

function copyFiles() {
  const copy = (from, to, filter = () => true) =>
    cpSync(from, to, { recursive: true, dereference: true, filter: (path) => filter(basename(path)) });
  copy(below('apps/dashboard/page/static'), join(STAGING, 'page/static'));
  copy(below('examples/images'), join(STAGING, 'images'));
  copy(join(BOARD, 'dist'), join(DIST, 'board/dist'));
  // The page loads the bundle; the other build of the same is for tools.
  copy(join(SWAGGER, 'static'), join(DIST, 'swagger-ui/static'), (name) => name !== 'swagger-ui.js');
}
