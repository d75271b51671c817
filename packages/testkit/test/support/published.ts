import { execFile } from 'node:child_process';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { ROOT } from './documents.ts';

const run = promisify(execFile);
/** What a command prints of a whole install or bundle. */
const OUTPUT_LIMIT_BYTES = 16 * 1024 * 1024;

/** Runs a program without the settings that pnpm and Vitest give to their children. */
export async function execute(
  cwd: string,
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { stdout } = await run(program, args, {
    cwd,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], CI: 'true', ...env },
    maxBuffer: OUTPUT_LIMIT_BYTES,
  }).catch((error: unknown) => {
    const { stdout: out, stderr } = z.looseObject({ stdout: z.string(), stderr: z.string() }).parse(error);
    throw new Error(`${program} ${args.join(' ')}:\n${out}\n${stderr}`, { cause: error });
  });
  return stdout;
}

/** Packs a published package as it would be published. @returns path of the tarball */
export async function pack(name: string, folder: string): Promise<string> {
  const printed = await execute(ROOT, process.execPath, ['scripts/publish/pack.mjs', '--out', folder, name]);
  return printed.trim();
}

/** A project with these files and no packages. */
export async function makeProject(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(folder);
  const all = Object.entries({ 'package.json': '{ "private": true }', ...files });
  await Promise.all(all.map(([name, text]) => writeFile(join(folder, name), text)));
}

/** Installs packages into a project; npm refuses a dependency whose `engines` exclude the present Node. */
export async function npmInstall(project: string, packages: readonly string[]): Promise<void> {
  await execute(project, 'npm', ['install', '--engine-strict', '--no-audit', '--no-fund', ...packages]);
}

/** Names of all packages that are installed in a project, nested ones included. */
export async function installedPackages(folder: string): Promise<string[]> {
  const printed = await execute(folder, 'npm', ['ls', '--all', '--parseable']);
  const paths = printed.trim().split('\n').slice(1);
  return paths.map((path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
}

/** Space that a folder takes on the disk, in MiB: blocks, not bytes. */
export async function sizeOnDisk(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(entries.map(async (name) => (await stat(join(folder, name))).blocks * 512));
  return sizes.reduce((sum, size) => sum + size, 0) / 1024 / 1024;
}

/** Median of seven imports of a package, each in a process of its own, in ms. */
export async function importTime(folder: string, name: string): Promise<number> {
  const script = `const from = performance.now(); await import('${name}'); console.log(performance.now() - from);`;
  const times: number[] = [];
  for (let i = 0; i < 7; i += 1)
    times.push(Number(await execute(folder, process.execPath, ['--input-type=module', '-e', script])));
  return times.toSorted((a, b) => a - b)[3] ?? Number.NaN;
}

const MAIN = `(async () => {
  const producer = await createProducer({ redis: env('REDIS_URL'), prefix: env('KIEQ_PREFIX') });
  const input = { prompt: 'a slow pan', image_urls: ['https://example.com/a.png'], sound: false, duration: '5' };
  const request = { model: 'kling-2.6/image-to-video', input };
  const generation = await producer.enqueue(request, { idempotencyKey: env('KEY') });
  const view = await generation.result({ timeoutMs: 30_000 });
  console.log(JSON.stringify({ state: view.state, url: view.resultUrls[0] }));
  const refused = await producer.enqueue({ model: '', input }).catch((error) => error);
  if (!(refused instanceof ProducerError) || refused.code !== 'invalid_request') throw refused;
  await producer.close();
})();
`;
const ENV = `const env = (name) => process.env[name] ?? '';\n`;

/** A service that enqueues one generation, waits for its video, and ends by itself. */
export const ESM = `import { createProducer, ProducerError } from '@kieq/producer';\n${ENV}${MAIN}`;
export const CJS = `const { createProducer, ProducerError } = require('@kieq/producer');\n${ENV}${MAIN}`;

/** The same in strict TypeScript, with the types that callers name. */
export const TYPESCRIPT = `import {
  createProducer,
  ProducerError,
  type ArchivedFile,
  type GenerationOptions,
  type GenerationTracer,
  type GenerationView,
  type IgnoredField,
  type Problem,
  type Producer,
  type Tracer,
} from '@kieq/producer';

declare const process: { readonly env: Readonly<Record<string, string | undefined>> };
const env = (name: string): string => process.env[name] ?? '';
const options: GenerationOptions = { idempotencyKey: env('KEY'), tenant: 'shop', metadata: { order: '1' } };
// @ts-expect-error A misspelt option would pay twice.
export const misspelt: GenerationOptions = { idempotencykey: '1' };
export const problemsOf = (error: unknown): readonly Problem[] => (error instanceof ProducerError ? error.problems : []);
export const videos = ({ archived }: GenerationView): readonly ArchivedFile[] => archived;
const nothing = (): undefined => undefined;
const spans: GenerationTracer = { span: (_name, _options, work) => work({ set: nothing }), past: nothing, whole: nothing };
const tracer: Tracer = { of: () => spans, close: () => Promise.resolve() };
const warned: IgnoredField[] = [];

async function main(): Promise<void> {
  const producer: Producer = await createProducer({
    redis: env('REDIS_URL'),
    prefix: env('KIEQ_PREFIX'),
    tracer,
    onWarning: (warning) => void warned.push(warning),
  });
  const input = { prompt: 'a slow pan', image_urls: ['https://example.com/a.png'], sound: false, duration: '5' };
  const { result } = await producer.enqueue({ model: 'kling-2.6/image-to-video', input }, options);
  const view: GenerationView = await result({ timeoutMs: 30_000 });
  console.log(JSON.stringify({ state: view.state, url: view.resultUrls[0] }));
  await producer.close();
}
void main();
`;

const CLIENT_MAIN = `(async () => {
  const client = createClient({ url: 'http://127.0.0.1:1', maxRetries: 0 });
  const error = await client.get('gen_1').catch((reason) => reason);
  console.log(error instanceof KieqError && typeof verifyWebhook === 'function', error.code);
})();
`;

const CLIENT_VIDEO = `(async () => {
  const client = createClient({ url: process.env.GATEWAY_URL });
  const image = await client.upload(await readFile(process.env.IMAGE));
  const input = { prompt: 'a slow pan', image_urls: [image], sound: false, duration: '5' };
  const idempotencyKey = process.env.KEY;
  const { state, resultUrls } = await client.generate('kling-2.6/image-to-video', input, { idempotencyKey });
  console.log(JSON.stringify({ state, url: resultUrls[0] }));
})();
`;

/** A service that uploads an image, and waits for its video. */
export const CLIENT_VIDEO_ESM = `import { readFile } from 'node:fs/promises';\nimport { createClient } from '@kieq/client';\n${CLIENT_VIDEO}`;
export const CLIENT_VIDEO_CJS = `const { readFile } = require('node:fs/promises');\nconst { createClient } = require('@kieq/client');\n${CLIENT_VIDEO}`;

/** A service that asks a gateway which is away for a generation, and prints the code of the error. */
export const CLIENT_ESM = `import { createClient, KieqError, verifyWebhook } from '@kieq/client';\n${CLIENT_MAIN}`;
export const CLIENT_CJS = `const { createClient, KieqError, verifyWebhook } = require('@kieq/client');\n${CLIENT_MAIN}`;

/** Strict TypeScript with the types of the client that callers name. */
export const CLIENT_TYPESCRIPT = `import { createClient, KieqError, type Client, type Generation } from '@kieq/client';

const client: Client = createClient({ url: 'https://kieq.example.com', apiKey: 'a key' });
export const view: Promise<Generation> = client.get('gen_1');
export const codeOf = (error: unknown): string => (error instanceof KieqError ? error.code : '');
// @ts-expect-error A misspelt option would pay twice.
void client.enqueue('a model', {}, { idempotencykey: '1' });
const input = { prompt: 'a pan', sound: false, duration: '5', aspect_ratio: '16:9', mode: 'pro' } as const;
const shots = { multi_shots: false, multi_prompt: [] } as const;
void client.enqueue('kling-3.0/video', { ...input, ...shots });
// @ts-expect-error The duration of this model is text.
void client.enqueue('kling-3.0/video', { ...input, ...shots, duration: 5 });
// @ts-expect-error A misspelt field.
void client.enqueue('kling-3.0/video', { ...input, ...shots, image_url: ['https://example.com/cat.jpg'] });
// @ts-expect-error One of another model's values.
void client.enqueueMany([{ model: 'kling-2.6/image-to-video', input: { ...input, image_urls: [], duration: '7' } }]);
`;
