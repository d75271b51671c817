import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/** Of the repository. */
export const ROOT = join(import.meta.dirname, '../../..');

/** A file, by its path from the root. */
export const read = (path: string): Promise<string> => readFile(join(ROOT, path), 'utf8');

/** The oldest Node that everything here runs on, such as `20.19.0`. */
export async function floor(): Promise<string> {
  const text: unknown = JSON.parse(await read('package.json'));
  const { engines } = z.looseObject({ engines: z.object({ node: z.templateLiteral(['>=', z.string()]) }) }).parse(text);
  return engines.node.slice('>='.length);
}

/** A YAML file of one document, checked. */
export async function readYaml<Value>(path: string, schema: z.ZodType<Value>): Promise<Value> {
  const value: unknown = parse(await read(path), { merge: true });
  return schema.parse(value);
}

const alert = z.strictObject({
  alert: z.string().regex(/^Kieq[A-Z]\w+$/),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.strictObject({ severity: z.enum(['critical', 'warning']) }),
  annotations: z.strictObject({ summary: z.string(), description: z.string(), runbook: z.string() }),
});
const rules = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(alert) })),
});

export type Alert = z.infer<typeof alert>;
export type AlertGroup = z.infer<typeof rules>['groups'][number];

/** The alert rules by group, in the order of the file, checked. */
export async function readAlertGroups(): Promise<AlertGroup[]> {
  return (await readYaml('deploy/prometheus/alerts.yml', rules)).groups;
}

/** The alert rules, checked. */
export async function readAlerts(): Promise<Alert[]> {
  return (await readAlertGroups()).flatMap((group) => group.rules);
}
