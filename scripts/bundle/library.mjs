import { builtinModules, isBuiltin } from 'node:module';
import { join } from 'node:path';
import { build } from 'rolldown';
import { esmExternalRequirePlugin } from 'rolldown/plugins';
import { conditionsFor, importsOf, OURS } from './common.mjs';
import { bundleDeclarations } from './declarations.mjs';
import { inlineLua } from './inline-lua.mjs';

/**
 * Libraries that become a part of ours and do nothing at import that another module of them relies on: only modules of
 * which something is used come in. Without this, BullMQ brings its PostgreSQL backend and msgpackr its native part.
 */
const PURE = { test: /[/\\]node_modules[/\\](?:bullmq|cron-parser|luxon|msgpackr|semver)[/\\]/, sideEffects: false };

/**
 * Bundles one module into a library that other services install: `index.js`, `index.cjs`, and their declarations.
 * @param entry absolute path
 * @param more further entries of the ESM build, absolute paths by name: they share its modules in files of their own
 * @param dir exists and is empty: files of an earlier build would stay
 * @param installed names of the packages that are installed next to it; everything else becomes a part of it
 * @returns paths of the modules that became a part of it
 * @throws where it would import what is not installed next to it
 */
export async function bundleLibrary({ entry, more = {}, dir, installed }) {
  const options = { dir, installed };
  const esm = await bundle({ ...options, input: { index: entry, ...more }, format: 'es', suffix: 'js' });
  const cjs = await bundle({ ...options, input: { index: entry }, format: 'cjs', suffix: 'cjs' });
  await bundleDeclarations({ entry, dir, installed });
  return [...new Set([...esm, ...cjs])];
}

async function bundle({ input, dir, installed, format, suffix }) {
  const external = importsOf(installed);
  const { output } = await build({
    input,
    platform: 'node',
    external,
    // ESM where a library has both: modules that are not used can be left out.
    resolve: { conditionNames: conditionsFor('node'), mainFields: ['module', 'main'] },
    treeshake: { moduleSideEffects: [OURS, PURE] },
    plugins: [inlineLua(), ...(format === 'es' ? [importRequired()] : [])],
    output: {
      dir,
      format,
      entryFileNames: `[name].${suffix}`,
      // One file: a bundler that takes it over has nothing to look up next to it.
      ...(Object.keys(input).length === 1 ? { codeSplitting: false } : { chunkFileNames: `shared-[name].${suffix}` }),
      // `createRequire(import.meta.url)` at import would fail where another bundler turns the library into CommonJS.
      polyfillRequire: false,
      sourcemap: true,
      minify: false,
    },
  });
  const chunks = output.filter(({ type }) => type === 'chunk');
  const files = new Set(chunks.map(({ fileName }) => fileName));
  for (const { fileName, imports, dynamicImports } of chunks) {
    const missing = [...imports, ...dynamicImports].filter(
      (name) => !files.has(name) && !isBuiltin(name) && !external.some((one) => one.test(name)),
    );
    if (missing.length > 0)
      throw new Error(`${join(dir, fileName)} imports what is not installed: ${missing.join(', ')}`);
  }
  return chunks.flatMap(({ moduleIds }) => moduleIds);
}

/** A module of ESM has no `require`: what a CommonJS library asks of Node by it becomes an import. */
function importRequired() {
  return esmExternalRequirePlugin({ external: [/^node:/, ...builtinModules] });
}
