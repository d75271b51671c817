import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalRedisError } from '../../src/index.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findServer } from '../../src/find-server.ts';

/** A machine whose programs are the scripts that the test puts there. */
let home: string;
let bin: string;
let log: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'kieq-find-'));
  bin = join(home, 'bin');
  log = join(home, 'log');
  await mkdir(bin);
  await writeFile(log, '');
});

afterEach(() => rm(home, { recursive: true }));

async function program(name: string, script: string): Promise<void> {
  await writeFile(join(bin, name), `#!/bin/sh\necho "${name} $*" >>"${log}"\n${script}\n`);
  await chmod(join(bin, name), 0o755);
}

const version = (text: string): string => `echo "Redis server v=${text} sha=0"`;
const environment = (): NodeJS.ProcessEnv => ({ PATH: `${bin}:/usr/bin:/bin` });
const cacheDir = (): string => join(home, 'cache');

/** An apt-get whose packages are known only after `update`, and a dpkg-deb that unpacks a server of this version. */
async function distribution(serverVersion: string): Promise<void> {
  await program(
    'apt-get',
    `folder=$(dirname "$2")
     case "$4" in
       update) touch "$folder/updated" ;;
       install) [ -e "$folder/updated" ] || { echo "E: Unable to locate package" >&2; exit 100; }
                for p in redis-server libc6 liblzf1; do touch "$folder/cache/archives/$p"_1_amd64.deb; done ;;
     esac`,
  );
  await program(
    'dpkg-deb',
    `mkdir -p "$3/usr/bin" "$3/usr/lib/arch"; : >"$3/usr/lib/arch/lib.so.1"
     printf '#!/bin/sh\\n${version(serverVersion).replaceAll('"', '')}\\n' >"$3/usr/bin/redis-server"; chmod +x "$3/usr/bin/redis-server"`,
  );
}

test('takes redis-server from the PATH', async () => {
  await program('redis-server', version('7.2.5'));
  const found = await findServer({ cacheDir: cacheDir(), sources: ['path'], env: environment() });
  expect(found).toMatchObject({ source: 'path', version: 'redis 7.2.5' });
  const command = found.command({ port: 7, dataDir: '/data', settings: [['save', '']] });
  expect(command).toEqual([
    join(bin, 'redis-server'),
    '--bind',
    '127.0.0.1',
    '--port',
    '7',
    '--dir',
    '/data',
    '--save',
    '',
  ]);
});

test('passes over a server that is too old', async () => {
  await program('redis-server', version('6.0.16'));
  await program('valkey-server', version('8.0.1').replace('Redis', 'Valkey'));
  await expect(findServer({ cacheDir: cacheDir(), sources: ['path'], env: environment() })).resolves.toMatchObject({
    version: 'valkey 8.0.1',
  });
});

test('asked for a newer one, passes over what would do otherwise', async () => {
  await program('redis-server', version('7.0.15'));
  const options = { cacheDir: cacheDir(), sources: ['path'], env: environment() } as const;
  const newer = { ...options, atLeast: { major: 7, minor: 2 } };
  await expect(findServer(options)).resolves.toMatchObject({ version: 'redis 7.0.15' });
  await expect(findServer(newer)).rejects.toThrow(/redis 7\.0\.15; at least 7\.2 is needed/);
  await program('valkey-server', version('7.2.5').replace('Redis', 'Valkey'));
  await expect(findServer(newer)).resolves.toMatchObject({ version: 'valkey 7.2.5' });
});

test('unpacks the package of the distribution, fetching lists of its own when the system has none', async () => {
  await distribution('7.0.15');
  const options = { cacheDir: cacheDir(), sources: ['package'], env: environment() } as const;
  const found = await findServer(options);
  expect(found).toMatchObject({ source: 'package', version: 'redis 7.0.15' });
  expect(found.env['LD_LIBRARY_PATH']).toBe(join(cacheDir(), 'redis', process.arch, 'usr/lib/arch'));
  expect(await readFile(log, 'utf8')).not.toContain('libc6_1');
  expect(await readdir(join(cacheDir(), 'redis'))).toEqual([process.arch]);

  await writeFile(log, '');
  await findServer(options);
  expect(await readFile(log, 'utf8'), 'the second time needs no apt').toBe('');
});

test('concurrent callers all get the server and leave one copy', async () => {
  await distribution('7.0.15');
  const options = { cacheDir: cacheDir(), sources: ['package'], env: environment() } as const;
  const found = await Promise.all([1, 2, 3, 4].map(() => findServer(options)));
  expect(found.map(({ source }) => source)).toEqual(['package', 'package', 'package', 'package']);
  expect(await readdir(join(cacheDir(), 'redis'))).toEqual([process.arch]);
});

test('replaces a copy that does not run', async () => {
  await distribution('7.0.15');
  const broken = join(cacheDir(), 'redis', process.arch, 'usr', 'bin');
  await mkdir(broken, { recursive: true });
  await writeFile(join(broken, 'redis-server'), 'not a program');
  await expect(findServer({ cacheDir: cacheDir(), sources: ['package'], env: environment() })).resolves.toMatchObject({
    source: 'package',
  });
});

test('runs a container when the engine answers', async () => {
  await program('docker', 'echo 27.0.0');
  const found = await findServer({ cacheDir: cacheDir(), sources: ['docker'], env: environment() });
  const command = found.command({ port: 7, dataDir: '/tmp/data', settings: [['appendonly', 'no']] });
  expect(command.join(' ')).toMatch(
    /^docker run --rm .*-p 127\.0\.0\.1:7:6379 -v \/tmp\/data:\/data redis:7-alpine redis-server .*--appendonly no$/,
  );
});

test('says what was tried and what to install when there is nothing', async () => {
  await distribution('6.0.16');
  await program('docker', 'echo "Cannot connect to the Docker daemon" >&2; exit 1');
  const failure: unknown = await findServer({ cacheDir: cacheDir(), env: { PATH: bin } }).catch(
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(LocalRedisError);
  expect(failure).toMatchObject({ code: 'local_redis_unavailable' });
  const { message } = failure as LocalRedisError;
  for (const part of [
    'neither redis-server nor valkey-server',
    'package: ',
    'Cannot connect to the Docker daemon',
    'REDIS_URL',
    'apt install',
  ]) {
    expect(message).toContain(part);
  }
});
