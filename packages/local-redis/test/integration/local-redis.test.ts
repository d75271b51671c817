import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalRedis, type LocalRedis } from '../../src/index.ts';
import { Redis } from 'ioredis';
import { afterEach, expect, test } from 'vitest';
import { isAlive } from '../is-alive.ts';

const started: LocalRedis[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

async function start(options: Parameters<typeof startLocalRedis>[0] = {}): Promise<LocalRedis> {
  const server = await startLocalRedis(options);
  started.push(server);
  return server;
}

async function connect(url: string): Promise<Redis> {
  const client = new Redis(url, { lazyConnect: true });
  await client.connect();
  return client;
}

test('a fresh server listens on loopback, never evicts, and takes no snapshots', async () => {
  const server = await start();
  const client = await connect(server.url);
  expect(await client.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
  expect(await client.config('GET', 'save')).toEqual(['save', '']);
  expect(await client.config('GET', 'appendonly')).toEqual(['appendonly', 'no']);
  expect(await client.config('GET', 'bind')).toEqual(['bind', '127.0.0.1']);
  expect(await client.config('GET', 'dir')).toEqual(['dir', server.dataDir]);
  await client.quit();
});

test('stop ends that server alone and removes its folder', async () => {
  const [one, other] = await Promise.all([start(), start()]);
  await one.stop();
  await one.stop();
  expect(isAlive(one.pid)).toBe(false);
  await expect(access(one.dataDir)).rejects.toThrow(/ENOENT/);
  const client = await connect(other.url);
  expect(await client.ping()).toBe('PONG');
  await client.quit();
});

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'a restart by %s keeps port and, with an append-only file, data',
  async (signal) => {
    const server = await start({ appendonly: true, settings: { appendfsync: 'always' } });
    const { url, pid } = server;
    const client = await connect(url);
    await client.set('paid', 'task');
    await server.restart(signal);
    expect(server.url).toBe(url);
    expect(server.pid).not.toBe(pid);
    expect(await client.get('paid')).toBe('task');
    await client.quit();
  },
);

test('a folder given by name is kept, found again, and never shared by two servers', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'kieq-data-'));
  const first = await start({ dataDir, appendonly: true });
  const client = await connect(first.url);
  await client.set('paid', 'task');
  await client.quit();
  await expect(startLocalRedis({ dataDir })).rejects.toMatchObject({ code: 'local_redis_data_in_use' });
  await first.stop();

  const second = await start({ dataDir, appendonly: true });
  const again = await connect(second.url);
  expect(await again.get('paid')).toBe('task');
  await again.quit();
  await second.stop();
  await rm(dataDir, { recursive: true });
});

test('a server that does not start is reported with its log', async () => {
  const failure = startLocalRedis({ settings: { 'maxmemory-policy': 'nonsense' } });
  await expect(failure).rejects.toMatchObject({
    code: 'local_redis_start_failed',
    message: expect.stringContaining('maxmemory-policy'),
  });
});
