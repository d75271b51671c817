import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { testRedis, until } from '../../src/index.ts';
import { addressOf, startKieq } from '../support/published-kieq.ts';
import { execute, installedPackages, makeProject, npmInstall, pack, sizeOnDisk } from '../support/published.ts';

const KEY = 'key-of-npx-kieq-0123456789';
const REQUEST = {
  model: 'kling-2.6/image-to-video',
  input: { prompt: 'a slow pan', image_urls: ['https://example.com/a.png'], sound: false, duration: '5' },
};
/** A video that was in the folder of the demo before it. */
const OF_THE_USER = 'demo-videos/holiday.mp4';

let folder: string;
let tarball: string;
/** Has the tarball alone: neither the AWS SDK nor OpenTelemetry. */
let project: string;
/** It takes half a minute of waiting, so the others run meanwhile. */
let demo: Promise<string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kieq-published-kieq-'));
  project = join(folder, 'project');
  const tools = join(folder, 'tools');
  await Promise.all([makeProject(project, {}), makeProject(tools, {})]);
  [tarball] = await Promise.all([pack('kieq', folder), npmInstall(tools, ['publint@0.3.25'])]);
  await npmInstall(project, [tarball]);
  await mkdir(join(project, 'demo-videos'));
  await writeFile(join(project, OF_THE_USER), 'mine');
  demo = execute(project, 'npx', ['kieq', 'demo', '--videos', '2'], { REDIS_URL: inject('redisUrl') });
  // Its test tells of a failure.
  demo.catch(() => undefined);
}, 300_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

const lockSchema = z.object({
  packages: z.record(z.string(), z.looseObject({ hasInstallScript: z.boolean().default(false) })),
});

test('the tarball brings what the simulator renders with, and nothing runs at its installation', async () => {
  const packages = await installedPackages(project);
  const sizes = {
    tarballKib: Math.round((await stat(tarball)).size / 1024),
    packages: packages.length,
    mib: Math.round(await sizeOnDisk(join(project, 'node_modules'))),
    ownMib: Math.round(await sizeOnDisk(join(project, 'node_modules/kieq'))),
  };
  process.stdout.write(`${JSON.stringify(sizes)}\n`);
  expect(packages).toContain('kieq');
  expect(packages.filter((name) => !/^(kieq|sharp|h264-mp4-encoder|@img\/.*|detect-libc|semver)$/.test(name))).toEqual(
    [],
  );
  expect(sizes.tarballKib).toBeLessThan(8 * 1024);
  expect(sizes.ownMib).toBeLessThan(30);
  const lock = lockSchema.parse(JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8')));
  expect(Object.entries(lock.packages).filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([]);
});

test('publint finds nothing', { timeout: 60_000 }, async () => {
  const bin = join(folder, 'tools/node_modules/.bin/publint');
  expect(await execute(folder, bin, ['run', tarball, '--strict'])).toContain('All good');
});

test('documents and source maps name nothing that only the repository or this machine has', async () => {
  const own = join(project, 'node_modules/kieq');
  for (const name of ['README.md', 'CHANGELOG.md'])
    expect((await readFile(join(own, name), 'utf8')).match(/\]\((?!https?:|#)[^)]*\)/g)).toBeNull();
  const maps = (await readdir(join(own, 'dist'), { recursive: true })).filter((name) => name.endsWith('.map'));
  expect(maps.length).toBeGreaterThan(10);
  for (const name of maps) {
    const text = await readFile(join(own, 'dist', name), 'utf8');
    const { sources } = z.object({ sources: z.array(z.string()) }).parse(JSON.parse(text));
    expect(sources.filter((source) => !/^(?:kieq\/(?:apps|packages|examples)|node_modules)\//.test(source))).toEqual(
      [],
    );
  }
});

test('THIRD-PARTY.txt has the licence of everything that is a part of the package', async () => {
  const text = await readFile(join(project, 'node_modules/kieq/THIRD-PARTY.txt'), 'utf8');
  const parts = text.split(/^-{72}$/m).slice(1);
  expect(parts.length).toBeGreaterThan(50);
  expect(parts.filter((part) => !/permission|licen[cs]ed? |redistribution/i.test(part.replace(/^.*\n/, '')))).toEqual(
    [],
  );
  for (const name of ['@bull-board/ui', '@fastify/swagger-ui', 'abstract-logging', 'redis-info', 'Swagger UI'])
    expect(text).toContain(`\n${name} `);
  for (const words of ['Apache License', 'Copyright 2020-2021 SmartBear Software Inc.', 'DOMPurify'])
    expect(text).toContain(words);
});

test('help and version load the parser and no process', async () => {
  const dist = join(project, 'node_modules/kieq/dist');
  const seen = new Map<string, string>();
  const load = async (name: string): Promise<void> => {
    if (seen.has(name)) return;
    const text = await readFile(join(dist, name), 'utf8');
    seen.set(name, text);
    for (const [, next = ''] of text.matchAll(/^import .*?"\.\/([\w.-]+\.js)";$/gm)) await load(next);
  };
  await load('main.js');
  expect([...seen.values()].join('').length).toBeLessThan(300_000);
  const help = await execute(project, 'npx', ['kieq', '--help']);
  for (const name of ['start', 'demo', 'worker', 'gateway', 'dashboard', 'simulator'])
    expect(help).toMatch(new RegExp(`^  ${name} `, 'm'));
});

describe('with a simulated Kie', () => {
  /** One of the package; it ends with the test. */
  async function simulatedKie(): Promise<Readonly<Record<string, string>>> {
    const url = await addressOf(startKieq(project, ['simulator', '--generation-ms', '300'], {}));
    return {
      KIE_API_KEY: KEY,
      KIE_BASE_URL: url,
      KIE_UPLOAD_URL: url,
      KIEQ_ALLOW_PRIVATE_URLS: 'true',
      // Seconds where Kie takes minutes.
      KIEQ_TIME_SCALE: '0.02',
      XDG_DATA_HOME: folder,
      GATEWAY_PORT: '0',
      DASHBOARD_PORT: '0',
    };
  }

  test('kieq start: the pasted commands make a video and save it, the pages are there, and Ctrl-C ends everything', async () => {
    const env = { ...(await simulatedKie()), HOME: process.env['HOME'] ?? folder };
    const started = startKieq(project, ['start', '--data', join(folder, 'data')], env);
    const [, watch = ''] = await started.wrote(/^ {2}(REDIS_URL=.* kieq watch .*)$/m);
    const [, curl = ''] = /^ {2}(curl .*)$/m.exec(started.output()) ?? [];
    const [, gateway = ''] = /^gateway (http\S+)\/docs$/m.exec(started.output()) ?? [];
    const [, dashboard = ''] = /^dashboard (http\S+)$/m.exec(started.output()) ?? [];
    const [, redis = ''] = /^REDIS_URL=(\S+)$/m.exec(started.output()) ?? [];
    expect(watch).toContain(redis);

    const { id } = z.object({ id: z.string() }).parse(JSON.parse(await execute(project, 'sh', ['-c', curl])));
    expect(await execute(project, 'sh', ['-c', watch.replace('<id>', id)])).toContain('saved ');
    expect((await readFile(join(project, 'first.mp4'))).subarray(4, 8).toString()).toBe('ftyp');

    const board = await fetch(`${dashboard}/queues/`);
    const files = [...(await board.text()).matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)];
    expect(files.length).toBeGreaterThan(0);
    for (const url of [
      `${gateway}/docs/`,
      `${gateway}/docs/static/swagger-ui-bundle.js`,
      `${gateway}/docs/static/logo.svg`,
      `${dashboard}/`,
      `${dashboard}/files/overview.js`,
      `${dashboard}/files/style.css`,
      ...files.map(([, path = '']) => new URL(path, `${dashboard}/queues/`).href),
    ])
      expect([url, (await fetch(url)).status]).toEqual([url, 200]);

    expect(await started.end('SIGINT')).toBe(0);
    await expect(fetch(`${gateway}/healthz`)).rejects.toThrow('fetch failed');
  }, 90_000);

  test('kieq worker and kieq gateway work on a Redis, without the optional peers', async () => {
    const redis = await testRedis(inject('redisUrl'), 'published-kieq');
    onTestFinished(() => redis.cleanup());
    const env = { ...(await simulatedKie()), REDIS_URL: redis.url, KIEQ_PREFIX: redis.prefix };
    const worker = startKieq(project, ['worker'], { ...env, WORKER_METRICS_PORT: '0' });
    const gateway = startKieq(project, ['gateway'], env);
    const [url] = await Promise.all([addressOf(gateway), addressOf(worker)]);
    const created = await fetch(`${url}/v1/generations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(REQUEST),
    });
    const { id } = z.object({ id: z.string() }).parse(await created.json());
    const view = z.object({ state: z.string(), resultUrls: z.array(z.string()) });
    await until(
      async () => view.parse(await (await fetch(`${url}/v1/generations/${id}`)).json()),
      ({ state, resultUrls }) => state === 'succeeded' && resultUrls.length === 1,
      30_000,
    );
    expect(await Promise.all([worker.end('SIGTERM'), gateway.end('SIGINT')])).toEqual([0, 0]);
  }, 90_000);

  test.each([
    ['worker', { ARCHIVE_URL: 's3://bucket/results' }, '@aws-sdk/client-s3'],
    ['gateway', { UPLOAD_STORE_URL: 's3://bucket/uploads' }, '@aws-sdk/client-s3'],
    ['dashboard', { ARCHIVE_URL: 's3://bucket/results' }, '@aws-sdk/client-s3'],
    ['gateway', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }, '@opentelemetry/exporter-trace-otlp-http'],
  ])('kieq %s with %j does not start without its packages, and says what to install', async (name, more, missing) => {
    const redis = await testRedis(inject('redisUrl'), 'published-kieq-missing');
    onTestFinished(() => redis.cleanup());
    const place = { REDIS_URL: redis.url, KIEQ_PREFIX: redis.prefix, GATEWAY_PORT: '0', DASHBOARD_PORT: '0' };
    const refused = startKieq(project, [name], { KIE_API_KEY: KEY, XDG_DATA_HOME: folder, ...place, ...more });
    expect(await refused.ended).toBe(2);
    expect(refused.output()).toContain(`npm install ${missing} `);
    expect(refused.output()).not.toMatch(/^ {4}at /m);
  });
});

describe('without a Redis', () => {
  test.each([
    ['start', 2],
    ['demo', 1],
  ])('kieq %s says how to get one', async (name, code) => {
    const bin = await mkdtemp(join(folder, 'bin-'));
    await symlink(process.execPath, join(bin, 'node'));
    const env = { PATH: bin, XDG_CACHE_HOME: bin, KIE_API_KEY: KEY };
    const refused = startKieq(project, [name], env);
    expect(await refused.ended).toBe(code);
    expect(refused.output()).toContain('REDIS_URL=redis://…');
    expect(refused.output()).not.toMatch(/^ {4}at /m);
  });
});

test('kieq start without a key of Kie names the demo', async () => {
  const refused = startKieq(project, ['start'], {});
  expect(await refused.ended).toBe(2);
  expect(refused.output()).toContain('KIE_API_KEY is required');
  expect(refused.output()).toContain('npx kieq demo');
});

test('npx kieq demo makes videos and ends with 0', { timeout: 120_000 }, async () => {
  expect(await demo).toMatch(/^2 videos in demo-videos, \d+ credits, each paid once$/m);
  const videos = (await readdir(join(project, 'demo-videos'))).filter((name) => name.endsWith('.mp4'));
  expect(videos).toHaveLength(3);
  expect(await readFile(join(project, OF_THE_USER), 'utf8')).toBe('mine');
});
