import { ScaledObject, TriggerAuthentication } from '@kubernetes-models/keda/keda.sh/v1alpha1';
import { PodMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { Deployment, StatefulSet } from 'kubernetes-models/apps/v1';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Namespace, Secret, Service, ServiceAccount } from 'kubernetes-models/v1';
import type { Manifest } from './kustomize.ts';

interface Model {
  validate(): void;
}

/** By `apiVersion kind`, the models made of the OpenAPI document of Kubernetes and of the operators' CRDs. */
const MODELS: Readonly<Record<string, new (data: never) => Model>> = {
  'v1 ConfigMap': ConfigMap,
  'v1 Namespace': Namespace,
  'v1 Secret': Secret,
  'v1 Service': Service,
  'v1 ServiceAccount': ServiceAccount,
  'apps/v1 Deployment': Deployment,
  'apps/v1 StatefulSet': StatefulSet,
  'policy/v1 PodDisruptionBudget': PodDisruptionBudget,
  'networking.k8s.io/v1 NetworkPolicy': NetworkPolicy,
  'keda.sh/v1alpha1 ScaledObject': ScaledObject,
  'keda.sh/v1alpha1 TriggerAuthentication': TriggerAuthentication,
  'monitoring.coreos.com/v1 PodMonitor': PodMonitor,
};

/**
 * What is wrong with a manifest by its schema. The models let unknown fields pass, as the API server does with a mere
 * warning; here a field that the validation never read is unknown, and wrong.
 */
export function schemaProblems(one: Manifest): string[] {
  const Kind = MODELS[`${one.apiVersion} ${one.kind}`];
  if (Kind === undefined) return [`no schema for ${one.apiVersion} ${one.kind}`];
  const seen = new Set<string>();
  const problems: string[] = [];
  try {
    Kind.prototype.validate.call(watched(new Kind(one as never), '', seen));
  } catch (error) {
    problems.push(String(error));
  }
  return [
    ...problems,
    ...pathsOf(one, '')
      .filter((path) => !seen.has(path))
      .map((path) => `unknown field ${path}`),
  ];
}

/** Notes every field that is read below it. */
function watched<Value>(value: Value, path: string, seen: Set<string>): Value {
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, {
    get(target, key) {
      const field: unknown = Reflect.get(target, key);
      if (typeof key === 'symbol') return field;
      seen.add(`${path}/${key}`);
      return watched(field, `${path}/${key}`, seen);
    },
  });
}

function pathsOf(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [`${path}/${key}`, ...pathsOf(inner, `${path}/${key}`)]);
}
