import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';
import { importsOf } from './common.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const OWN = /^@kieq\/([\w-]+)$/;

/**
 * Writes `index.d.ts` and `index.d.cts` of a library: one file without imports of our internal packages.
 * @param entry absolute path of a module of this repository
 * @param installed names of the packages whose types may be imported
 * @throws where they need the types of a package that is not installed next to the library
 */
export async function bundleDeclarations({ entry, dir, installed }) {
  // Within the repository, where the compiler finds the types of Node.
  const folder = mkdtempSync(join(ROOT, 'dist-pack-types-'));
  try {
    emit(folder, withOwnDependencies(relative(ROOT, entry).split(sep)[1]));
    await bundle(folder, join(folder, relative(ROOT, entry).replace(/\.ts$/, '.d.ts')), dir);
  } finally {
    rmSync(folder, { recursive: true });
  }
  const path = join(dir, 'index.d.ts');
  const imported = [...readFileSync(path, 'utf8').matchAll(/(?:\bfrom |\bimport\()["']([^"']+)["']/g)];
  const known = importsOf(installed);
  const missing = imported.map(([, name]) => name).filter((name) => !known.some((one) => one.test(name)));
  if (missing.length > 0) throw new Error(`${path} needs types of what is not installed: ${missing.join(', ')}`);
  copyFileSync(path, join(dir, 'index.d.cts'));
}

/** Folders below `packages`: of a package, and of all of ours that it uses. */
function withOwnDependencies(name, found = new Set()) {
  if (found.has(name)) return found;
  found.add(name);
  const text = readFileSync(join(ROOT, 'packages', name, 'package.json'), 'utf8');
  const { dependencies, devDependencies } = JSON.parse(text);
  for (const key of Object.keys({ ...dependencies, ...devDependencies })) {
    const own = OWN.exec(key)?.[1];
    if (own !== undefined) withOwnDependencies(own, found);
  }
  return found;
}

/** Declarations of all these packages: the compiler emits none for one that it reaches only through `node_modules`. */
function emit(folder, packages) {
  const compilerOptions = {
    rootDir: ROOT,
    outDir: folder,
    customConditions: ['@kieq/source'],
    emitDeclarationOnly: true,
    allowJs: true,
    sourceMap: false,
  };
  const config = {
    extends: join(ROOT, 'tsconfig.base.json'),
    compilerOptions,
    include: [...packages].map((name) => join(ROOT, 'packages', name, 'src')),
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', folder], { cwd: ROOT, stdio: ['ignore', 2, 2] });
}

async function bundle(folder, input, dir) {
  await build({
    input: { 'index.d': input },
    // Types of libraries that are not used disappear; those that are used are found by the check above.
    external: (name) => !name.startsWith('.') && !name.startsWith('/') && !OWN.test(name),
    plugins: [
      {
        name: 'own-declarations',
        resolveId: {
          filter: { id: OWN },
          handler: (name) => join(folder, 'packages', OWN.exec(name)[1], 'src/index.d.ts'),
        },
      },
      dts({ dtsInput: true, emitDtsOnly: true, tsconfig: false }),
    ],
    output: { dir, entryFileNames: '[name].ts' },
  });
}
