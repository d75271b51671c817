#!/usr/bin/env node
// node deploy/digests.mjs helm|kustomize <metadata file of docker buildx bake>
// Prints what names the pushed images by their digests: values of the Helm chart, or `images` of a kustomization.
// A tag can be pushed again with other content; a digest always names what was built.
import { readFileSync } from 'node:fs';

/** What runs in the cluster; the command line and the simulator are in no manifest. */
const IN_MANIFESTS = ['worker', 'gateway', 'dashboard'];

/** @throws Error where the file has no digest of an image that was to be pushed */
function imagesIn(path) {
  const metadata = JSON.parse(readFileSync(path, 'utf8'));
  return IN_MANIFESTS.filter((target) => target in metadata).map((target) => {
    const { 'containerimage.digest': digest, 'image.name': name } = metadata[target];
    if (!/^sha256:[0-9a-f]{64}$/.test(digest ?? ''))
      throw new Error(`${path} has no digest of ${target}: was it made by docker buildx bake --push --metadata-file?`);
    // The name without its tag; a colon before the last slash is that of a port.
    return { target, name: name.split(',')[0].replace(/:[^:/]*$/, ''), digest };
  });
}

/** What stands before the last part of a name; empty where a name has one part. */
const registryOf = (name) => name.split('/').slice(0, -1).join('/');

/**
 * The chart writes `image.registry` in front of every name. So the registry of what was pushed becomes that value, and
 * takes the place of the one in other files of values; images that were not pushed here are expected there, too.
 * @throws Error where the images lie in different places, which one value cannot name
 */
function helmValues(images) {
  const registries = [...new Set(images.map(({ name }) => registryOf(name)))];
  if (registries.length > 1)
    throw new Error(`the images were pushed to ${registries.join(' and ')}; push them to one place`);
  return [
    `image: { registry: '${registries[0] ?? ''}' }`,
    ...images.map(
      ({ target, name, digest }) =>
        `${target}:\n  image: { repository: ${name.slice(name.lastIndexOf('/') + 1)}, digest: '${digest}' }`,
    ),
  ];
}

const FORMS = {
  helm: helmValues,
  kustomize: (images) => [
    'images:',
    ...images.map(
      ({ target, name, digest }) => `  - name: kieq-${target}\n    newName: ${name}\n    digest: ${digest}`,
    ),
  ],
};

const [form = '', path] = process.argv.slice(2);
if (!(form in FORMS) || path === undefined) {
  process.stderr.write('usage: node deploy/digests.mjs helm|kustomize <metadata file>\n');
  process.exitCode = 2;
} else process.stdout.write(`${FORMS[form](imagesIn(path)).join('\n')}\n`);
