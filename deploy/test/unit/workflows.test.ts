import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { read, readYaml, ROOT } from '../support/files.ts';
import { errorsOf } from '../support/workflow-schema.ts';

const WORKFLOWS = '.github/workflows';
const names = await readdir(join(ROOT, WORKFLOWS));

const workflow = z.object({
  on: z.record(z.string(), z.unknown()),
  permissions: z.strictObject({ contents: z.literal('read') }),
  jobs: z.record(
    z.string(),
    z.object({
      'timeout-minutes': z.int(),
      strategy: z.object({ matrix: z.object({ include: z.array(z.object({ command: z.string() })) }) }).optional(),
      steps: z.array(z.object({ uses: z.string().optional(), run: z.string().optional() })),
    }),
  ),
});
const readWorkflow = (name: string): Promise<z.infer<typeof workflow>> => readYaml(`${WORKFLOWS}/${name}`, workflow);

test.each(names)('%s follows the schema of GitHub workflows, has a time limit and may only read', async (name) => {
  const text = await read(`${WORKFLOWS}/${name}`);
  expect(await errorsOf(name, text)).toEqual([]);
  expect(await readWorkflow(name)).toBeDefined();
});

test('the schema finds a misspelt key, a missing one and a broken expression', async () => {
  const text = await read(`${WORKFLOWS}/nightly.yml`);
  expect(await errorsOf('a.yml', text.replace('timeout-minutes', 'timeout-minuets'))).not.toEqual([]);
  expect(await errorsOf('b.yml', text.replace(/^ +runs-on.*\n/m, ''))).not.toEqual([]);
  expect(await errorsOf('c.yml', text.replace('matrix.command', 'matrix.'))).not.toEqual([]);
});

test('each push and pull request runs .ci/run, and nothing else', async () => {
  const { on, jobs } = await readWorkflow('ci.yml');
  expect(Object.keys(on)).toEqual(['push', 'pull_request']);
  const runs = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run = [] }) => run));
  expect(runs).toEqual(['bash .ci/run']);
});

test('every night runs commands that exist', async () => {
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(await read('package.json')));
  const { jobs } = await readWorkflow('nightly.yml');
  const commands = Object.values(jobs).flatMap(({ strategy }) => strategy?.matrix.include ?? []);
  expect(commands.length).toBeGreaterThan(0);
  expect(commands.map(({ command }) => command.split(' ', 1)[0]).filter((name = '') => !(name in scripts))).toEqual([]);
});

const field = z.strictObject({
  type: z.enum(['textarea', 'input', 'dropdown', 'checkboxes']),
  id: z.string().regex(/^[\w-]+$/),
  attributes: z.strictObject({
    label: z.string(),
    description: z.string().optional(),
    render: z.string().optional(),
    options: z.array(z.string()).optional(),
  }),
  validations: z.strictObject({ required: z.boolean() }).optional(),
});
const issueForm = z.strictObject({
  name: z.string(),
  description: z.string(),
  labels: z.array(z.string()),
  body: z.array(
    z.union([
      field,
      z.strictObject({ type: z.literal('markdown'), attributes: z.strictObject({ value: z.string() }) }),
    ]),
  ),
});

test.each(['bug.yml', 'feature.yml'])('the issue form %s has fields with different ids', async (name) => {
  const { body } = await readYaml(`.github/ISSUE_TEMPLATE/${name}`, issueForm);
  const ids = body.flatMap((part) => ('id' in part ? part.id : []));
  expect(ids.length).toBeGreaterThan(0);
  expect(new Set(ids).size).toBe(ids.length);
});

test('the dev container has the oldest supported Node, which .nvmrc names too', async () => {
  const container = z
    .strictObject({
      name: z.string(),
      image: z.string(),
      onCreateCommand: z.string(),
      postCreateCommand: z.string(),
      containerEnv: z.record(z.string(), z.string()),
      forwardPorts: z.array(z.int()),
      portsAttributes: z.record(z.string(), z.strictObject({ label: z.string() })),
      customizations: z.strictObject({ vscode: z.strictObject({ extensions: z.array(z.string()) }) }),
      remoteUser: z.string(),
    })
    .parse(JSON.parse(await read('.devcontainer/devcontainer.json')));
  const major = (await read('.nvmrc')).trim();
  expect(container.image).toContain(`:${major}-`);
  expect(await read('package.json')).toContain(`"node": ">=${major}.`);
});
