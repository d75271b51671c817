import { join } from 'node:path';
import { z } from 'zod';
import { manifest, type Manifest } from './kustomize.ts';
import { readYaml } from './files.ts';

/** The folder of the chart, from the root. */
export const CHART = 'deploy/helm/kieq';

/** What Helm adds, so that releases can be told apart, and what says that a pod must be replaced. */
const OF_HELM = /^(app\.kubernetes\.io\/(instance|version|managed-by)|helm\.sh\/chart|checksum\/\w+)$/;

/**
 * Manifests without what two ways to render the same objects may do differently: the labels and annotations of Helm,
 * labels of the objects themselves (those of pods and selectors stay), the namespace, and their order.
 */
export function comparable(manifests: readonly Manifest[]): Manifest[] {
  return manifests
    .map(({ metadata: { name, annotations }, ...rest }) => withoutHelm({ ...rest, metadata: { name, annotations } }))
    .toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
}

/** `Deployment kieq-worker` */
export function idOf({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.name}`;
}

function withoutHelm(one: unknown): Manifest {
  const text = JSON.stringify(one, (key, value: unknown) => {
    if (OF_HELM.test(key)) return;
    return key === 'annotations' && isEmpty(value) ? undefined : value;
  });
  return manifest.parse(JSON.parse(text));
}

/** Of an object that has nothing but what Helm added. */
function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).every((key) => OF_HELM.test(key));
}

const node = z.looseObject({
  description: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
});

export interface ChartValue {
  /** `worker.image.digest` */
  readonly path: string;
  readonly default: unknown;
  readonly description: string | undefined;
}

/** Every value of the chart by its schema, with its default, in the order of values.yaml; `global` is Helm's own. */
export async function chartValues(): Promise<ChartValue[]> {
  const schema = await readYaml(join(CHART, 'values.schema.json'), node);
  const values = await readYaml(join(CHART, 'values.yaml'), z.record(z.string(), z.unknown()));
  return leaves(schema, values, '').filter(({ path }) => path !== 'global');
}

function leaves(schema: z.infer<typeof node>, value: unknown, path: string): ChartValue[] {
  if (schema.properties === undefined) return [{ path, default: value, description: schema.description }];
  const values = z.record(z.string(), z.unknown()).catch({}).parse(value);
  const names = [...new Set([...Object.keys(values), ...Object.keys(schema.properties)])];
  return names.flatMap((name) =>
    leaves(node.catch({}).parse(schema.properties?.[name]), values[name], path === '' ? name : `${path}.${name}`),
  );
}

/** The table of the README. */
export function valuesTable(values: readonly ChartValue[]): string {
  const rows = values.map(
    ({ path, default: value, description = '' }) => `| \`${path}\` | \`${JSON.stringify(value)}\` | ${description} |`,
  );
  return ['| value | default | meaning |', '|---|---|---|', ...rows, ''].join('\n');
}
