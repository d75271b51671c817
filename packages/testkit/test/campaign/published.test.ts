import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { z } from 'zod';
import {
  installedBelow,
  refusingNode,
  startPool,
  startProcessPool,
  type PoolFixture,
  type ProcessPool,
} from '../../src/index.ts';
import { ROOT } from '../support/documents.ts';
import {
  CJS,
  CLIENT_CJS,
  CLIENT_ESM,
  CLIENT_TYPESCRIPT,
  CLIENT_VIDEO_CJS,
  CLIENT_VIDEO_ESM,
  ESM,
  execute,
  importTime,
  installedPackages,
  makeProject,
  npmInstall,
  pack,
  sizeOnDisk,
  TYPESCRIPT,
} from '../support/published.ts';

/** Of development, from an install of their own; a service has one of each at most. */
const TOOLS = [
  'typescript@5.9.3',
  'typescript7@npm:typescript@7.0.2',
  'esbuild@0.28.2',
  'webpack@5.113.0',
  'bullmq@6.7.0',
  'publint@0.3.25',
  '@arethetypeswrong/cli@0.18.5',
];

const FLOOR = z.looseObject({ engines: z.object({ node: z.string() }) });

let folder: string;
let pool: PoolFixture;
/** With a gateway, for the client. */
let processes: ProcessPool;
let gatewayUrl: string;
let tarball: string;
/** Has the tarball alone. */
let plain: string;
/** Has the tarball, and what a service is made with. */
let made: string;
/** Has the tarball of the client alone. */
let withClient: string;
let clientTarball: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kieq-published-'));
  const files = {
    'main.mjs': ESM,
    'main.cjs': CJS,
    'main.cts': TYPESCRIPT,
    'main.mts': TYPESCRIPT,
    'main.ts': TYPESCRIPT,
  };
  plain = join(folder, 'plain');
  made = join(folder, 'made');
  await makeProject(plain, { 'main.mjs': ESM, 'main.cjs': CJS });
  await makeProject(made, files);
  withClient = join(folder, 'with-client');
  await makeProject(withClient, {
    'main.mjs': CLIENT_ESM,
    'main.cjs': CLIENT_CJS,
    'main.mts': CLIENT_TYPESCRIPT,
    'video.mjs': CLIENT_VIDEO_ESM,
    'video.cjs': CLIENT_VIDEO_CJS,
  });
  processes = await startProcessPool({
    redisUrl: inject('redisUrl'),
    name: 'published-client',
    simulator: { generation: { kind: 'fixed', ms: 60 }, createLatency: { minMs: 0, maxMs: 20 } },
    env: { KIEQ_TIME_SCALE: '0.05', KIEQ_ALLOW_PRIVATE_URLS: 'true' },
  });
  const [gateway] = await Promise.all([processes.startGateway(), processes.startWorker()]);
  gatewayUrl = String(gateway.first['url']);
  [pool, tarball, clientTarball] = await Promise.all([
    startPool({ redisUrl: inject('redisUrl'), name: 'published' }),
    pack('producer', folder),
    pack('client', folder),
    npmInstall(made, TOOLS),
  ]);
  await Promise.all([
    npmInstall(plain, [tarball]),
    npmInstall(made, [tarball]),
    npmInstall(withClient, [clientTarball]),
  ]);
}, 300_000);

afterAll(async () => {
  await Promise.all([pool.stop(), processes.stop()]);
  await rm(folder, { recursive: true, force: true });
});

/** Runs a service to its end, and gives the first words of the video that it got: `ftyp` of an MP4. */
async function videoOf(cwd: string, file: string): Promise<string> {
  const printed = await execute(cwd, process.execPath, [file], {
    REDIS_URL: inject('redisUrl'),
    KIEQ_PREFIX: pool.redis.prefix,
    GATEWAY_URL: gatewayUrl,
    IMAGE: join(ROOT, 'examples/images/cat.png'),
    KEY: `${cwd}/${file}`,
  });
  const { state, url } = z.object({ state: z.string(), url: z.url() }).parse(JSON.parse(printed));
  expect(state).toBe('succeeded');
  const video = Buffer.from(await (await fetch(url)).arrayBuffer());
  return video.subarray(4, 8).toString();
}

test('the tarball brings few packages, and none that a service has no use for', async () => {
  const packages = await installedPackages(plain);
  const size = await sizeOnDisk(join(plain, 'node_modules'));
  const [ours, theirs] = [await importTime(made, '@kieq/producer'), await importTime(made, 'bullmq')];
  const tarballKib = Math.round((await stat(tarball)).size / 1024);
  process.stdout.write(
    `${JSON.stringify({ tarballKib, packages: packages.length, mib: size, importMs: { ours, bullmq: theirs } })}\n`,
  );
  expect(packages.length).toBeLessThanOrEqual(25);
  expect(
    packages.filter((name) => /^(@aws-sdk|@opentelemetry|@kieq\/(?!producer)|fastify|got|sharp|zod)/.test(name)),
  ).toEqual([]);
  expect(size).toBeLessThanOrEqual(15);
  expect(ours).toBeLessThanOrEqual(theirs + 150);
}, 60_000);

test('documents and source maps of the tarball name nothing that only the repository or this machine has', async () => {
  const fileOf = (name: string) => readFile(join(plain, 'node_modules/@kieq/producer', name), 'utf8');
  for (const name of ['README.md', 'CHANGELOG.md'])
    expect((await fileOf(name)).match(/\]\((?!https?:|#)[^)]*\)/g)).toBeNull();
  for (const name of ['dist/index.js.map', 'dist/index.cjs.map']) {
    const { sources } = z.object({ sources: z.array(z.string()) }).parse(JSON.parse(await fileOf(name)));
    expect(sources.filter((source) => !/^(?:kieq\/packages|node_modules)\//.test(source))).toEqual([]);
  }
});

test('the tarball of the client has at most 30 KB and brings no other package', async () => {
  const { size } = await stat(clientTarball);
  process.stdout.write(`${JSON.stringify({ clientTarballBytes: size })}\n`);
  expect(size).toBeLessThanOrEqual(30_000);
  expect(await installedPackages(withClient)).toEqual(['@kieq/client']);
});

test.each(['main.mjs', 'main.cjs'])('the client in JavaScript, %s: tells of a gateway that is away', async (file) => {
  expect(await execute(withClient, process.execPath, [file])).toBe('true unreachable\n');
});

test.each(['video.mjs', 'video.cjs'])(
  'the client in JavaScript, %s: uploads an image and gets a video',
  async (file) => {
    expect(await videoOf(withClient, file)).toBe('ftyp');
  },
);

test.each([
  ['typescript', 'node16'],
  ['typescript', 'bundler'],
  ['typescript7', 'nodenext'],
])('the client in %s, moduleResolution %s: compiles', { timeout: 60_000 }, async (compiler, resolution) => {
  const tsc = join(made, 'node_modules', compiler, 'bin/tsc');
  const module = resolution === 'bundler' ? 'esnext' : resolution;
  const where = ['--typeRoots', 'none', '--moduleResolution', resolution, '--module', module, '--noEmit'];
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', 'false', '--target', 'es2022'];
  expect(await execute(withClient, process.execPath, [tsc, ...strict, ...where, 'main.mts'])).toBe('');
});

test.each(['main.mjs', 'main.cjs'])(
  'JavaScript, %s: enqueues and gets a video',
  async (file) => {
    expect(await videoOf(plain, file)).toBe('ftyp');
  },
  60_000,
);

test.each([
  ['pnpm', ['-y', 'pnpm@12', 'add']],
  ['yarn', ['-y', 'yarn@1.22.22', 'add', '--no-lockfile']],
] as const)('installed by %s', { timeout: 60_000 }, async (name, args) => {
  const project = join(folder, name);
  await makeProject(project, { 'main.mjs': ESM });
  await execute(project, 'npx', [...args, tarball]);
  expect(await videoOf(project, 'main.mjs')).toBe('ftyp');
});

test.each([
  ['typescript', 'node10', ['main.ts'], ['--module', 'commonjs']],
  ['typescript', 'node16', ['main.cts', 'main.mts'], ['--module', 'node16']],
  ['typescript', 'bundler', ['main.mts'], ['--module', 'esnext']],
  ['typescript7', 'nodenext', ['main.cts', 'main.mts'], ['--module', 'nodenext']],
] as const)('%s, moduleResolution %s, %j: compiles and gets a video', { timeout: 60_000 }, async (...row) => {
  const [compiler, resolution, files, options] = row;
  const output = `${compiler}-${resolution}`;
  const tsc = join(made, 'node_modules', compiler, 'bin/tsc');
  // The types of the package are checked as well, and need no other types.
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', 'false', '--target', 'es2022'];
  const where = ['--typeRoots', 'none', '--moduleResolution', resolution, '--outDir', output];
  await execute(made, process.execPath, [tsc, ...strict, ...where, ...options, ...files]);
  for (const file of files) expect(await videoOf(made, join(output, file.replace('ts', 'js')))).toBe('ftyp');
});

test.each([
  ['main.mjs', 'esm'],
  ['main.mjs', 'cjs'],
  ['main.cjs', 'cjs'],
])(
  'esbuild, %s as %s: the bundle runs without node_modules',
  async (file, format) => {
    const output = `${file}-${format}.${format === 'cjs' ? 'cjs' : 'mjs'}`;
    // What esbuild asks of every ESM bundle with CommonJS in it, such as ioredis.
    const banner = `--banner:js=import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;
    await execute(made, join(made, 'node_modules/.bin/esbuild'), [
      file,
      '--bundle',
      '--platform=node',
      `--format=${format}`,
      ...(format === 'esm' ? [banner] : []),
      `--outfile=${join(folder, output)}`,
    ]);
    expect(await videoOf(folder, output)).toBe('ftyp');
  },
  60_000,
);

test.each(['main.mjs', 'main.cjs'])(
  'webpack, %s: the bundle runs without node_modules',
  async (file) => {
    const output = `webpack-${file}`;
    const script = `
    const options = {
      mode: 'production', optimization: { minimize: false }, target: 'node20', entry: './${file}', context: process.cwd(),
      output: { path: ${JSON.stringify(folder)}, filename: '${output.replace(/\.mjs$/, '.cjs')}' },
    };
    require('webpack')(options, (error, stats) => {
      if (error || stats.hasErrors()) { console.error(error ?? stats.toString()); process.exitCode = 1; }
    });`;
    await execute(made, process.execPath, ['-e', script]);
    expect(await videoOf(folder, output.replace(/\.mjs$/, '.cjs'))).toBe('ftyp');
  },
  60_000,
);

test.each(['producer', 'client'])(
  'publint and attw find nothing in the %s',
  async (name) => {
    const bin = (tool: string) => join(made, 'node_modules/.bin', tool);
    const path = name === 'client' ? clientTarball : tarball;
    const [lint, types] = await Promise.all([
      execute(made, bin('publint'), ['run', path, '--strict']),
      execute(made, bin('attw'), [path, '--format', 'ascii']),
    ]);
    expect(lint).toContain('All good');
    expect(types).toContain('No problems found');
  },
  60_000,
);

test('every package that the tarballs bring accepts the oldest Node', async () => {
  const node = FLOOR.parse(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))).engines.node.slice(2);
  for (const project of [plain, withClient]) {
    const installed = await installedBelow(project);
    expect(installed.length).toBeGreaterThan(0);
    expect(refusingNode(installed, node)).toEqual([]);
  }
});
