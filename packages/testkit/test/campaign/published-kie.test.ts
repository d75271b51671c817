import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSimulator, type Simulator } from '@kieq/simulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ROOT } from '../support/documents.ts';
import {
  execute,
  importTime,
  installedPackages,
  makeProject,
  npmInstall,
  pack,
  sizeOnDisk,
} from '../support/published.ts';

/** Of development, from an install of their own; TypeScript 7 is the repository's. */
const TOOLS = ['typescript@5.9.3', 'esbuild@0.28.2', 'publint@0.3.25', '@arethetypeswrong/cli@0.18.5'];
const API_KEY = 'test-key-0123456789';
const WEBHOOK_KEY = 'a key of the account';

/** Creates one task, waits for its callback, checks that, and asks for the result. */
const MAIN = `(async () => {
  const kie = createKieClient({ apiKey: env('API_KEY'), baseUrl: env('KIE') });
  const callbacks = [];
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      callbacks.push(verifyWebhook({ headers: request.headers, body, key: env('WEBHOOK_KEY'), nowMs: Date.now() }));
      response.end();
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const input = { prompt: env('PROMPT'), image_urls: ['https://example.com/a.png'], sound: false, duration: '5' };
  const callBackUrl = 'http://127.0.0.1:' + server.address().port;
  const checked = validateCreateRequest({ model: 'kling-2.6/image-to-video', input, callBackUrl });
  const answer = await kie.createTask(checked.request, { sendDeadline: () => true, timeoutMs: 20_000 });
  while (callbacks.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  const poll = await kie.recordInfo(answer.taskId);
  const late = await kie.createTask(checked.request, { sendDeadline: () => false, timeoutMs: 20_000 });
  const stranger = createKieClient({ apiKey: 'another', baseUrl: env('KIE') });
  const refused = await stranger.credits().catch((error) => error instanceof KieError && error.code);
  console.log(JSON.stringify({
    class: answer.class, callback: callbacks[0], url: poll.verdict.resultUrls[0], late: late.class, refused,
  }));
  server.close();
  await Promise.all([kie.close(), stranger.close()]);
})();
`;
const NAMES = 'createKieClient, KieError, validateCreateRequest, verifyWebhook';
const ENV = `const env = (name) => process.env[name] ?? '';\n`;
const ESM = `import { createServer } from 'node:http';\nimport { ${NAMES} } from '@kieq/kie';\n${ENV}${MAIN}`;
const CJS = `const { createServer } = require('node:http');\nconst { ${NAMES} } = require('@kieq/kie');\n${ENV}${MAIN}`;

/** Every type that callers name, and a mistake that would pay. */
const TYPESCRIPT = `import {
  createKieClient,
  KieError,
  type CreateTaskOptions,
  type KieClient,
  type KieClientOptions,
  type KieErrorCode,
  type PollAnswer,
  type SubmitAnswer,
  type SubmitClass,
} from '@kieq/kie';

const options: KieClientOptions = { apiKey: 'a key', proxies: { for: () => undefined } };
const kie: KieClient = createKieClient(options);
const sending: CreateTaskOptions = { sendDeadline: () => true, timeoutMs: 1 };
export const made: Promise<SubmitAnswer> = kie.createTask({ model: 'm', input: {} }, sending);
export const polled: Promise<PollAnswer> = kie.recordInfo('t');
export const codeOf = (error: unknown): KieErrorCode | undefined => (error instanceof KieError ? error.code : undefined);
export const mayPayAgain = (found: SubmitClass): boolean => found !== 'accepted' && found !== 'unknown';
// @ts-expect-error Without a deadline a request could leave long after its caller gave up.
void kie.createTask({ model: 'm', input: {} }, { timeoutMs: 1 });
`;

let folder: string;
let tarball: string;
/** Has the tarball alone, and its consumers. */
let plain: string;
let tools: string;
let simulator: Simulator;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kieq-published-kie-'));
  plain = join(folder, 'plain');
  tools = join(folder, 'tools');
  const typed = { 'types.ts': TYPESCRIPT, 'types.cts': TYPESCRIPT, 'types.mts': TYPESCRIPT };
  await makeProject(plain, { 'main.mjs': ESM, 'main.cjs': CJS, ...typed, ...(await examplesOfReadme()) });
  await makeProject(tools, {});
  simulator = createSimulator({
    apiKey: API_KEY,
    webhookKey: WEBHOOK_KEY,
    generation: { kind: 'uniform', minMs: 20, maxMs: 50 },
    createLatency: { minMs: 0, maxMs: 1 },
    results: 'tiny',
  });
  [tarball] = await Promise.all([pack('kie', folder), simulator.start(), npmInstall(tools, TOOLS)]);
  await npmInstall(plain, [tarball]);
}, 300_000);

afterAll(async () => {
  await simulator.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The blocks of code of its README, each a module; of Node's own types they need one name. */
async function examplesOfReadme(): Promise<Record<string, string>> {
  const text = await readFile(join(ROOT, 'packages/kie/README.md'), 'utf8');
  const blocks = [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code = ''], i) => [`readme-${i}.mts`, code]);
  if (blocks.length < 4) throw new Error('the README has no examples');
  const node = 'declare const process: { readonly env: Readonly<Record<string, string | undefined>> };\n';
  return { ...Object.fromEntries(blocks), 'node.d.ts': node };
}

const outcome = z.object({
  class: z.literal('accepted'),
  callback: z.object({ ok: z.literal(true), taskId: z.string() }),
  url: z.url(),
  late: z.literal('not_sent'),
  refused: z.literal('unauthorized'),
});

/** Runs a service to its end. @returns the first words of its video, `ftyp` of an MP4, and how often it has paid */
async function outcomeOf(cwd: string, file: string): Promise<readonly [string, number | undefined]> {
  const prompt = `${cwd}/${file}`;
  const env = { KIE: simulator.url, API_KEY, WEBHOOK_KEY, PROMPT: prompt };
  const { callback, url } = outcome.parse(JSON.parse(await execute(cwd, process.execPath, [file], env)));
  const video = Buffer.from(await (await fetch(url)).arrayBuffer());
  expect(simulator.ledger.task(callback.taskId)).toBeDefined();
  return [video.subarray(4, 8).toString(), simulator.ledger.chargesByPrompt().get(prompt)];
}

test('the tarball brings no other package', async () => {
  const packages = await installedPackages(plain);
  const mib = await sizeOnDisk(join(plain, 'node_modules'));
  const importMs = await importTime(plain, '@kieq/kie');
  const tarballKib = Math.round((await stat(tarball)).size / 1024);
  process.stdout.write(`${JSON.stringify({ tarballKib, packages: packages.length, mib, importMs })}\n`);
  expect(packages).toEqual(['@kieq/kie']);
  expect(mib).toBeLessThanOrEqual(3);
}, 60_000);

test('documents and source maps of the tarball name nothing that only the repository or this machine has', async () => {
  const fileOf = (name: string) => readFile(join(plain, 'node_modules/@kieq/kie', name), 'utf8');
  for (const name of ['README.md', 'CHANGELOG.md'])
    expect((await fileOf(name)).match(/\]\((?!https?:|#)[^)]*\)/g)).toBeNull();
  for (const name of ['dist/index.js.map', 'dist/index.cjs.map']) {
    const { sources } = z.object({ sources: z.array(z.string()) }).parse(JSON.parse(await fileOf(name)));
    expect(sources.filter((source) => !/^(?:kieq\/packages|node_modules)\//.test(source))).toEqual([]);
  }
  // Of what it brings along, each has its licence.
  for (const name of ['got', 'p-retry', 'zod']) expect(await fileOf('THIRD-PARTY.txt')).toContain(`\n${name} `);
});

test.each(['main.mjs', 'main.cjs'])(
  'JavaScript, %s: one task, its callback and its video',
  async (file) => {
    expect(await outcomeOf(plain, file)).toEqual(['ftyp', 1]);
  },
  60_000,
);

test.each([
  ['main.mjs', 'esm'],
  ['main.mjs', 'cjs'],
  ['main.cjs', 'cjs'],
])(
  'esbuild, %s as %s: the bundle runs without node_modules',
  async (file, format) => {
    const output = `${file}-${format}.${format === 'cjs' ? 'cjs' : 'mjs'}`;
    const options = ['--bundle', '--platform=node', `--format=${format}`, `--outfile=${join(folder, output)}`];
    await execute(plain, join(tools, 'node_modules/.bin/esbuild'), [file, ...options]);
    expect(await outcomeOf(folder, output)).toEqual(['ftyp', 1]);
  },
  60_000,
);

/** The types of the package are checked as well, and need no other types. */
function typeCheck(version: '5.9' | '7', args: readonly string[]): Promise<string> {
  const tsc = join(version === '7' ? ROOT : tools, 'node_modules/typescript/bin/tsc');
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', 'false', '--target', 'es2022'];
  return execute(plain, process.execPath, [tsc, ...strict, '--noEmit', '--typeRoots', 'none', ...args]);
}

describe.concurrent('what other tools say of it', () => {
  test.each([
    ['5.9', 'node10', ['types.ts'], ['--module', 'commonjs']],
    ['5.9', 'node16', ['types.cts', 'types.mts'], ['--module', 'node16']],
    ['5.9', 'bundler', ['types.mts'], ['--module', 'esnext']],
    ['7', 'nodenext', ['types.cts', 'types.mts'], ['--module', 'nodenext']],
  ] as const)('TypeScript %s, moduleResolution %s, %j: compiles', { timeout: 60_000 }, async (...row) => {
    const [version, resolution, files, module] = row;
    expect(await typeCheck(version, ['--moduleResolution', resolution, ...module, ...files])).toBe('');
  });

  test('the examples of its README compile', { timeout: 60_000 }, async () => {
    const examples = Object.keys(await examplesOfReadme());
    expect(await typeCheck('7', ['--moduleResolution', 'nodenext', '--module', 'nodenext', ...examples])).toBe('');
  });

  test('publint and attw find nothing', async () => {
    const bin = (tool: string) => join(tools, 'node_modules/.bin', tool);
    const [lint, types] = await Promise.all([
      execute(tools, bin('publint'), ['run', tarball, '--strict']),
      execute(tools, bin('attw'), [tarball, '--format', 'ascii']),
    ]);
    expect(lint).toContain('All good');
    expect(types).toContain('No problems found');
  }, 60_000);
});
