import { join, normalize } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { read, readYaml } from './files.ts';

/** A manifest, as far as every kind has it. */
export const manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});
export type Manifest = z.infer<typeof manifest>;

const generator = z.strictObject({
  name: z.string(),
  envs: z.array(z.string()).default([]),
  files: z.array(z.string()).default([]),
  options: z.strictObject({ disableNameSuffixHash: z.boolean() }).optional(),
});
/** What of Kustomize is used here; another field is refused, so that nothing is rendered other than by kubectl. */
const kustomization = z.strictObject({
  apiVersion: z.literal('kustomize.config.k8s.io/v1beta1'),
  kind: z.literal('Kustomization'),
  namespace: z.string().optional(),
  resources: z.array(z.string()),
  images: z.array(z.strictObject({ name: z.string(), newName: z.string(), newTag: z.string() })).default([]),
  configMapGenerator: z.array(generator).default([]),
  secretGenerator: z.array(generator).default([]),
});

/** Kinds that belong to no namespace. */
const CLUSTER_WIDE = new Set(['Namespace']);

/**
 * Renders a folder as `kubectl kustomize` does, but for the hashes in the names of what is generated, and their order.
 * @param folder from the root of the repository
 */
export async function render(folder: string): Promise<Manifest[]> {
  const { namespace, resources, images, ...generators } = await readYaml(
    join(folder, 'kustomization.yaml'),
    kustomization,
  );
  const found = (await Promise.all(resources.map((resource) => load(normalize(join(folder, resource)))))).flat();
  const generated = [
    ...(await generate(folder, 'ConfigMap', 'data', generators.configMapGenerator)),
    ...(await generate(folder, 'Secret', 'stringData', generators.secretGenerator)),
  ];
  const all = [...found, ...generated].map((one) => withImages(one, images));
  return namespace === undefined ? all : all.map((one) => inNamespace(one, namespace));
}

async function load(path: string): Promise<Manifest[]> {
  if (!path.endsWith('.yaml')) return render(path);
  return parseAllDocuments(await read(path)).map((document) => manifest.parse(document.toJS()));
}

async function generate(
  folder: string,
  kind: string,
  field: string,
  generators: readonly z.infer<typeof generator>[],
): Promise<Manifest[]> {
  return Promise.all(
    generators.map(async ({ name, envs, files: whole }) => {
      const contents = await Promise.all(whole.map(async (file) => [file, await read(join(folder, file))] as const));
      const files = await Promise.all(envs.map((file) => read(join(folder, file))));
      const lines = files.flatMap((text) => text.split('\n')).filter((line) => /^[^#]/.test(line));
      const pairs = lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const);
      const data = Object.fromEntries([...pairs, ...contents]);
      return { apiVersion: 'v1', kind, metadata: { name }, [field]: data };
    }),
  );
}

function withImages(one: Manifest, images: z.infer<typeof kustomization>['images']): Manifest {
  const text = JSON.stringify(one, (key, value: unknown) => {
    const image = key === 'image' ? images.find(({ name }) => name === value) : undefined;
    return image === undefined ? value : `${image.newName}:${image.newTag}`;
  });
  return manifest.parse(JSON.parse(text));
}

function inNamespace(one: Manifest, namespace: string): Manifest {
  return CLUSTER_WIDE.has(one.kind) ? one : { ...one, metadata: { ...one.metadata, namespace } };
}
