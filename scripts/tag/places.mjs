/** Where the version of a release stands in addition to the root's package.json, and how it is written there. */
const WRITTEN = [
  // Not that of a stand-in for a library of others.
  { file: /^(?!.*\/clients\/).*\/package\.json$/, what: 'version', pattern: /"version": "(.+)"/g },
  { file: /^packages\/domain\/src\/version\.ts$/, what: 'version', pattern: /VERSION = '(.+)'/g },
  { file: /^deploy\/helm\/kieq\/Chart\.yaml$/, what: 'version', pattern: /^version: (\S+)/gm },
  { file: /^deploy\/helm\/kieq\/Chart\.yaml$/, what: 'appVersion', pattern: /^appVersion: (\S+)/gm },
  { file: /^deploy\/docker-bake\.json$/, what: 'VERSION', pattern: /"VERSION": \{ "default": "(.+?)"/g },
  { file: /^Dockerfile$/, what: 'label of the version', pattern: /image\.version="(.+?)"/g },
  { file: /^deploy\/kubernetes\/overlays\/example\/kustomization\.yaml$/, what: 'newTag', pattern: /newTag: (\S+)/g },
  // The newest section alone.
  { file: /^packages\/client\/CHANGELOG\.md$/, what: 'newest section', pattern: /^[\s\S]*?\n## (\S+)/g },
  { file: /^docs\/(?:open|async)api\.json$/, what: 'version', pattern: /^ {4}"version": "(.+)"/gm },
  // Most documents name none.
  { file: /\.md$/, what: 'name of a tarball', pattern: /\bdist-pack\/[a-z-]+-(\d+\.\d+\.\d+)\.tgz/g, mayLack: true },
];

/**
 * What is wrong with the versions in the files of a repository.
 * @param files paths from its root
 * @param read gives the text of a file
 * @param version that must stand everywhere
 */
export function differences(files, read, version) {
  return files.flatMap((path) =>
    WRITTEN.filter(({ file }) => file.test(path)).flatMap((place) => wrongIn(path, read(path), place, version)),
  );
}

function wrongIn(path, text, { what, pattern, mayLack = false }, version) {
  const found = [...text.matchAll(pattern)].map(([, one]) => one);
  if (found.length === 0) return mayLack ? [] : [`${path} has no ${what}`];
  return found.filter((one) => one !== version).map((one) => `${path} has ${one} as ${what}; it must be ${version}`);
}
