import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { startPool, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { execute, makeProject, npmInstall } from '../../../../packages/testkit/test/support/published.ts';
import { startGateway } from '../support.ts';

/** Of development, from an install of their own. */
const TOOLS = [
  '@redocly/cli@2.77.0',
  'openapi-typescript@7.13.0',
  'openapi-fetch@0.17.0',
  'typescript@5.9.3',
  '@asyncapi/specs@6.11.1',
];
const ROOT = join(import.meta.dirname, '../../../..');
const GIVEN = join(import.meta.dirname, '../generated-types');

let parent: string;
let folder: string;
let pool: PoolFixture;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'kieq-api-documents-'));
  folder = join(parent, 'project');
  await makeProject(folder, {});
  await Promise.all([
    npmInstall(folder, TOOLS),
    copyFile(join(ROOT, 'docs/openapi.json'), join(folder, 'openapi.json')),
    copyFile(join(ROOT, 'docs/.redocly.lint-ignore.yaml'), join(folder, '.redocly.lint-ignore.yaml')),
    startPool({ redisUrl: inject('redisUrl'), name: 'api-documents' }).then((started) => {
      pool = started;
    }),
  ]);
  await run('openapi-typescript', ['openapi.json', '-o', 'types.ts']);
}, 120_000);

afterAll(async () => {
  await pool.stop();
  await rm(parent, { recursive: true, force: true });
});

const QUIET = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
const run = (tool: string, args: readonly string[]) =>
  execute(folder, join(folder, 'node_modules/.bin', tool), args, QUIET);

test("redocly's recommended rules find nothing in docs/openapi.json", { timeout: 60_000 }, async () => {
  const found = z
    .object({ totals: z.object({ errors: z.number(), warnings: z.number(), ignored: z.number() }) })
    .parse(JSON.parse(await run('redocly', ['lint', 'openapi.json', '--format=json'])));
  expect(found.totals).toEqual({ errors: 0, warnings: 0, ignored: 6 });
});

const STRICT = ['--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', 'false', '--module', 'nodenext'];
/** No types but those of the packages that the files name. */
const WHERE = ['--target', 'es2023', '--lib', 'es2023,dom,dom.iterable,esnext', '--typeRoots', 'none'];
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
/** Checks files by the compiler of this repository, as strictly as it checks itself. */
const compile = (args: readonly string[]) => execute(folder, process.execPath, [TSC, ...STRICT, ...WHERE, ...args]);

test('a client with generated types makes a generation at a real gateway', { timeout: 60_000 }, async () => {
  await copyFile(join(GIVEN, 'consumer.txt'), join(folder, 'consumer.mts'));
  expect(await compile(['consumer.mts'])).toBe('');
  const gateway = await startGateway({ pool });
  const printed = await execute(folder, process.execPath, ['consumer.mjs'], { GATEWAY_URL: gateway.url });
  expect(printed).toMatch(/^succeeded http\S+\.mp4 not_found\n$/);
});

test('the types of @kieq/client are those of the document', { timeout: 60_000 }, async () => {
  const source = await readFile(join(GIVEN, 'client-types.txt'), 'utf8');
  await writeFile(
    join(folder, 'client-types.mts'),
    source.replaceAll('CLIENT', join(ROOT, 'packages/client/src/index.ts')),
  );
  expect(await compile(['--noEmit', '--allowImportingTsExtensions', 'client-types.mts'])).toBe('');
});

test('docs/asyncapi.json is a document of AsyncAPI 3.0', async () => {
  const read = async (path: string): Promise<object> =>
    z.looseObject({}).parse(JSON.parse(await readFile(path, 'utf8')));
  const ajv = new Ajv({ strict: false, logger: false });
  formats.default(ajv);
  const validate = ajv.compile(await read(join(folder, 'node_modules/@asyncapi/specs/schemas/3.0.0-without-$id.json')));
  validate(await read(join(ROOT, 'docs/asyncapi.json')));
  expect(validate.errors).toBeNull();
});
