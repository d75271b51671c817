import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ENVIRONMENT } from '@kieq/config';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { withPart } from '../../../packages/testkit/test/support/documents.ts';
import { CHART, chartValues, valuesTable } from '../support/chart.ts';
import { read, readYaml, ROOT } from '../support/files.ts';

const anything = z.looseObject({});
const examples = (await readdir(join(ROOT, CHART, 'examples'))).map((name) => `examples/${name}`);

test('it has the version of kieq', async () => {
  const { version } = await readYaml('package.json', z.looseObject({ version: z.string() }));
  expect(await readYaml(join(CHART, 'Chart.yaml'), anything)).toMatchObject({ version, appVersion: version });
});

test('every value has a default and a meaning, and the README tells both (mend with -u)', async () => {
  const values = await chartValues();
  expect(values.length).toBeGreaterThan(50);
  expect(values.filter((one) => one.default === undefined || one.description === undefined)).toEqual([]);
  const readme = join(CHART, 'README.md');
  const table = withPart(await read(readme), 'values', valuesTable(values));
  await expect(table).toMatchFileSnapshot(join(ROOT, readme));
});

test('the schema takes the defaults and the examples, and refuses what is misspelt', async () => {
  const schema = await readYaml(join(CHART, 'values.schema.json'), anything);
  const isValid = new Ajv({ strict: false }).compile(schema);
  for (const file of ['values.yaml', ...examples]) {
    isValid(await readYaml(join(CHART, file), anything));
    expect(isValid.errors, file).toBeNull();
  }
  for (const wrong of [
    { wroker: {} },
    { worker: { replica: 3 } },
    { keda: { enabled: 'yes' } },
    { redis: { url: 'localhost' } },
    { settings: { KIEQ_DEADLINE_MS: 25_000_000 } },
  ])
    expect(isValid(wrong), JSON.stringify(wrong)).toBe(false);
});

const secrets = z.looseObject({
  values: z.record(z.string(), z.string()).default({}),
  keys: z.array(z.string()).default([]),
});
const component = z.looseObject({ secrets: secrets.optional(), env: z.record(z.string(), z.string()).default({}) });
const pool = z.looseObject({
  settings: z.record(z.string(), z.string()),
  worker: component,
  gateway: component,
  dashboard: component,
});

test.each(['values.yaml', ...examples])('%s: known keys, and each secret among the secrets', async (file) => {
  const isSecret = new Map(ENVIRONMENT.map(({ key, secret }) => [key, secret]));
  const { settings, ...values } = await readYaml(join(CHART, file), pool);
  const components = [values.worker, values.gateway, values.dashboard];
  const open = [settings, ...components.map(({ env }) => env)].flatMap((one) => Object.keys(one));
  const hidden = components.flatMap((one) => [...Object.keys(one.secrets?.values ?? {}), ...(one.secrets?.keys ?? [])]);
  for (const key of open) expect(isSecret.get(key), key).toBe(false);
  for (const key of hidden) expect(isSecret.get(key), key).toBe(true);
  for (const value of components.flatMap((one) => Object.values(one.secrets?.values ?? {})))
    expect(value).toMatch(/^change-me/);
});
