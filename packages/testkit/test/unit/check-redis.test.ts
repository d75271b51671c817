import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { read, ROOT } from '../support/documents.ts';

/** A fresh clone without packages, on a machine that has these programs. */
function check(
  programs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
  ...args: string[]
) {
  const folder = mkdtempSync(join(tmpdir(), 'kieq-check-redis-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const path of ['scripts/check-redis.mjs', 'packages/local-redis/src', 'packages/local-redis/package.json'])
    cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  symlinkSync(process.execPath, join(bin, 'node'));
  for (const [name, output] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\necho '${output}'\n`);
    chmodSync(join(bin, name), 0o755);
  }
  if (!args.includes('--without-dot-env')) writeFileSync(join(folder, '.env'), 'REDIS_URL=redis://127.0.0.1:1\n');
  const script = join(folder, 'scripts/check-redis.mjs');
  const { status, stderr } = spawnSync(process.execPath, [script, ...args], {
    cwd: folder,
    env: { PATH: bin, ...env },
    encoding: 'utf8',
  });
  return { status, stderr };
}

test('without any Redis it says how to get one, and that nothing was built', () => {
  const { status, stderr } = check({});
  expect(status).toBe(1);
  expect(stderr).toContain('Nothing was built');
  expect(stderr).toContain('REDIS_URL=redis://…');
});

test('with Docker alone it has the command, and does not run it', () => {
  const { status, stderr } = check({ docker: '27.0.0' });
  expect(status).toBe(1);
  expect(stderr).toContain('docker run -d --name kieq-redis -p 127.0.0.1:6379:6379');
});

test.each([
  ['a Redis on the PATH', { 'redis-server': 'Redis server v=7.2.5 sha=0' }, {}, []],
  ['a Valkey on the PATH', { 'valkey-server': 'Valkey server v=8.0.1 sha=0' }, {}, []],
  ['apt, which fetches one', { 'apt-get': '', 'dpkg-deb': '' }, {}, []],
  ['REDIS_URL', {}, { REDIS_URL: 'redis://127.0.0.1:1' }, []],
  ['REDIS_URL in .env, for pnpm start', {}, {}, ['--dot-env']],
])('%s is enough', (_name, programs, env, args) => {
  expect(check(programs, env, ...args)).toEqual({ status: 0, stderr: '' });
});

test('before an installation it tells, and lets it go on', () => {
  const { status, stderr } = check({}, {}, '--only-tell');
  expect([status, stderr]).toEqual([0, '']);
  const alone = check({}, {}, '--only-tell', '--without-dot-env');
  expect(alone.status).toBe(0);
  expect(alone.stderr).toContain('The installation goes on');
});

test('one that is too old is not', () => {
  expect(check({ 'redis-server': 'Redis server v=6.0.16 sha=0' }).status).toBe(1);
});

test('demo, start and dev run it before the build', async () => {
  const manifest = await read('package.json');
  for (const name of ['demo', 'start', 'dev'])
    expect(manifest).toMatch(new RegExp(`"${name}": "node scripts/check-redis\\.mjs[^"]* && pnpm --silent build && `));
});
