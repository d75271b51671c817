import { join } from 'node:path';
import { readJson, ROOT, versionOf } from './packages.mjs';

/**
 * The `package.json` of a package that is a command and no library: nothing of it can be imported. What only some
 * settings need is an optional peer, which npm does not install by itself.
 * @param folder of the package
 */
export function commandManifest(folder) {
  const own = readJson(join(folder, 'package.json'));
  const { name, version, description, keywords, license, bin, engines } = own;
  const { optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = own;
  const { repository } = readJson(join(ROOT, 'package.json'));
  const ranges = (names) => Object.fromEntries(Object.keys(names).map((one) => [one, `^${versionOf(folder, one)}`]));
  return {
    name,
    version,
    description,
    keywords,
    license,
    ...(repository === undefined ? {} : { repository: { ...repository, directory: folder.slice(ROOT.length) } }),
    type: 'module',
    bin,
    exports: { './package.json': './package.json' },
    files: ['dist', 'images', 'page', 'CHANGELOG.md', 'THIRD-PARTY.txt'],
    dependencies: {},
    optionalDependencies: ranges(optionalDependencies),
    peerDependencies: ranges(peerDependencies),
    peerDependenciesMeta,
    engines,
    publishConfig: { access: 'public' },
  };
}
