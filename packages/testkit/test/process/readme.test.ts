import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { freePort, startProcessPool, type AppProcess, type ProcessPool } from '../../src/index.ts';
import { blocksIn } from '../support/code-blocks/blocks.ts';
import { read, ROOT } from '../support/documents.ts';

/** The examples of the README, run as they stand against a gateway, a worker and a simulated Kie. */
const SECRET = 'a-secret-of-the-readme-0123456789';
const CALLER = { PATH: process.env['PATH'] ?? '', HOME: tmpdir() };

let pool: ProcessPool;
let gateway: AppProcess;
let folder: string;

beforeAll(async () => {
  pool = await startProcessPool({
    redisUrl: inject('redisUrl'),
    name: 'readme',
    simulator: { generation: { kind: 'fixed', ms: 60 }, createLatency: { minMs: 0, maxMs: 20 } },
    env: { KIEQ_TIME_SCALE: '0.05', KIEQ_ALLOW_PRIVATE_URLS: 'true', GATEWAY_WEBHOOK_SECRET: SECRET },
  });
  await pool.startWorker();
  gateway = await pool.startGateway();
  // Where a service of a reader would be: with the two packages among its own.
  folder = await mkdtemp(join(tmpdir(), 'kieq-readme-'));
  await mkdir(join(folder, 'node_modules/@kieq'), { recursive: true });
  for (const name of ['client', 'producer'])
    await symlink(join(ROOT, 'packages', name), join(folder, 'node_modules/@kieq', name));
});

afterAll(async () => {
  await pool.stop();
  await rm(folder, { recursive: true });
});

/** An example of the README by the name before it, with the addresses of this pool in place of the shown ones. */
async function example(name: string): Promise<string> {
  const block = blocksIn('README.md', await read('README.md')).find(({ runs }) => runs === name);
  if (block === undefined) throw new Error(`the README has no example ${name}`);
  return block.text
    .replaceAll('http://127.0.0.1:8080', String(gateway.first['url']))
    .replaceAll(
      "{ redis: 'redis://127.0.0.1:6379' }",
      JSON.stringify({ redis: pool.env['REDIS_URL'], prefix: pool.env['KIEQ_PREFIX'] }),
    );
}

interface Ended {
  readonly code: unknown;
  readonly output: string;
}

async function ended(child: ChildProcess): Promise<Ended> {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part) => (output += String(part)));
  const [code] = await once(child, 'close');
  return { code, output };
}

function start(program: string, words: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  const child = spawn(program, words, { cwd: ROOT, env: { ...CALLER, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** A module next to the packages, started from the root of the repository, where the photographs are. */
async function startModule(source: string, env: Readonly<Record<string, string>> = {}): Promise<ChildProcess> {
  const path = join(folder, 'example.mjs');
  await writeFile(path, source);
  return start(process.execPath, [path], env);
}

function runShell(script: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return ended(start('bash', ['-euo', 'pipefail', '-c', script], env));
}

test('over HTTP with curl: created with an image, followed to its end, read', async () => {
  const { code, output } = await runShell(await example('http'));
  expect(output).toMatch(/event: end\ndata: .*"state":"succeeded"/);
  expect(output).toMatch(/"state":"succeeded".*"resultUrls":\["http/);
  expect(code).toBe(0);
});

test('with the client: an image uploaded, and the links to the video', async () => {
  const { code, output } = await ended(await startModule(await example('client')));
  expect(output).toMatch(/^\[\s+'http.*\.mp4'\s+\]\n$/);
  expect(code).toBe(0);
});

test('with the producer, straight into Redis', async () => {
  const { code, output } = await ended(await startModule(await example('producer')));
  expect(output).toMatch(/^succeeded \[\s+'http.*\.mp4'\s+\]\n$/);
  expect(code).toBe(0);
});

test('with the command line: a video in a file, the list, and the doctor', async () => {
  const script = await example('cli');
  const [alias = ''] = /^alias kieq=.*$/m.exec(script) ?? [];
  expect(alias).toContain("alias kieq='node --env-file=.env apps/cli/dist/main.js'");
  const video = join(folder, 'coffee.mp4');
  // In place of the alias, which a script does not see, and of .env, whose variables are given.
  const lines = script
    .replace(/^cp .*$/m, '')
    .replace(alias, 'kieq() { node apps/cli/dist/main.js "$@"; }')
    .replace('-o coffee.mp4', `-o ${video}`);
  // Warnings about this test's pool end the doctor with 7, problems with 8.
  const { code, output } = await runShell(lines, pool.env);
  expect(output).toContain('coffee.mp4');
  expect((await readFile(video)).toString('latin1', 4, 8)).toBe('ftyp');
  expect(output).toMatch(/gen_\w+.*succeeded|succeeded.*gen_\w+/);
  expect(output).toContain('✓ redis');
  expect([0, 7]).toContain(code);
});

test('the webhook in five lines: takes what a worker signed, and nothing else', async () => {
  const source = await example('webhook');
  expect(/^createServer[\s\S]*/m.exec(source)?.[0].trim().split('\n')).toHaveLength(5);
  const port = await freePort();
  const refusing = await ended(await startModule(source));
  expect(refusing).toMatchObject({ code: 1, output: expect.stringContaining('GATEWAY_WEBHOOK_SECRET is not set') });
  const receiver = await startModule(source.replace('9000', String(port)), { GATEWAY_WEBHOOK_SECRET: SECRET });
  let output = '';
  receiver.stdout?.on('data', (part) => (output += String(part)));
  receiver.stderr?.on('data', (part) => (output += String(part)));
  const url = `http://127.0.0.1:${port}/`;
  await expect
    .poll(
      () =>
        fetch(url, { method: 'POST', body: '{}' }).then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: 10_000 },
    )
    .toBe(401);
  const request = {
    model: 'kling-2.6/image-to-video',
    input: { prompt: 'a webhook', image_urls: ['https://example.com/cat.jpg'], sound: false, duration: '5' },
    callBackUrl: url,
  };
  const created = await fetch(`${String(gateway.first['url'])}/v1/generations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  expect(created.status).toBe(201);
  await expect.poll(() => output, { timeout: 30_000 }).toMatch(/^gen_\w+ \[\s+'http.*\.mp4'\s+\]\n$/);
});
