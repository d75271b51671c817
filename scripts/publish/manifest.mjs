import { join } from 'node:path';
import { commandManifest } from './command-manifest.mjs';
import { isLibrary, moreOf, ownBuildOf, readJson, ROOT, versionOf } from './packages.mjs';

/**
 * The `package.json` that is published: only what exists in the tarball, without the condition `@kieq/source`, scripts
 * and packages of this workspace.
 * @param folder of the package
 */
export function publishedManifest(folder) {
  if (!isLibrary(folder)) return commandManifest(folder);
  const {
    name,
    version,
    description,
    keywords,
    license,
    dependencies = {},
    optionalDependencies = {},
    peerDependencies,
    engines,
  } = readJson(join(folder, 'package.json'));
  const { repository } = readJson(join(ROOT, 'package.json'));
  const ranges = (names) => Object.fromEntries(Object.keys(names).map((one) => [one, `^${versionOf(folder, one)}`]));
  const { commands } = moreOf(folder);
  return {
    name,
    version,
    description,
    keywords,
    license,
    ...(repository === undefined ? {} : { repository: { ...repository, directory: folder.slice(ROOT.length) } }),
    type: 'module',
    sideEffects: false,
    // For resolvers that know no `exports`, such as `moduleResolution: node10`.
    main: './dist/index.cjs',
    types: './dist/index.d.cts',
    exports: {
      '.': {
        import: { types: './dist/index.d.ts', default: './dist/index.js' },
        require: { types: './dist/index.d.cts', default: './dist/index.cjs' },
      },
      './package.json': './package.json',
    },
    files: ['dist', 'CHANGELOG.md', ...(ownBuildOf(folder) === undefined ? ['THIRD-PARTY.txt'] : [])],
    ...(commands.length === 0 ? {} : { bin: Object.fromEntries(commands.map((one) => [one, `dist/${one}.js`])) }),
    dependencies: ranges(dependencies),
    ...(Object.keys(optionalDependencies).length === 0 ? {} : { optionalDependencies: ranges(optionalDependencies) }),
    ...(peerDependencies === undefined ? {} : { peerDependencies }),
    engines,
    publishConfig: { access: 'public' },
  };
}
