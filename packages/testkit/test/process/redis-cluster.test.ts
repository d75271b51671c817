import { execFile } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createProducer } from '@kieq/producer';
import { startLocalRedis, type LocalRedis } from '@kieq/local-redis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { callRedis, startApp, startRedisCluster, type RedisCluster } from '../../src/index.ts';
import { listenAnywhere } from '../../src/free-port.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const CACHE_DIR = fileURLToPath(new URL('../../../../.kieq', import.meta.url));
const PREFIX = '{kieq}';
const APPS = ['worker', 'gateway', 'dashboard'] as const;

function environment(url: string): Record<string, string> {
  return {
    REDIS_URL: url,
    KIEQ_PREFIX: PREFIX,
    KIEQ_REDIS_WAIT_MS: '5000',
    KIE_API_KEY: 'key-of-nobody-0123456789',
    KIE_BASE_URL: 'http://127.0.0.1:1',
    WORKER_METRICS_PORT: '0',
    GATEWAY_PORT: '0',
    DASHBOARD_PORT: '0',
    XDG_DATA_HOME: '/nowhere',
  };
}

interface Ended {
  readonly code: number;
  readonly text: string;
}

async function kieq(url: string, ...argv: string[]): Promise<Ended> {
  const env = { PATH: process.env['PATH'], ...environment(url) };
  const ran = promisify(execFile)(process.execPath, [`${ROOT}/apps/cli/dist/main.js`, ...argv], { env });
  return ran.then(
    ({ stdout, stderr }) => ({ code: 0, text: stdout + stderr }),
    (error: unknown) => {
      if (!(error instanceof Error) || !('code' in error) || !('stdout' in error) || !('stderr' in error)) throw error;
      return { code: Number(error.code), text: `${String(error.stdout)}${String(error.stderr)}` };
    },
  );
}

/** Leads to a Redis, and answers CLUSTERDOWN to the first question that BullMQ has on each connection of its own. */
async function downForQueues(redis: number): Promise<number> {
  let opened = 0;
  const listener = createServer((client) => {
    const isOfQueue = opened > 0;
    opened += 1;
    const server = connect(redis, '127.0.0.1');
    let asked = 0;
    client.on('data', (chunk) => {
      if (/\binfo\b/i.test(chunk.toString('latin1'))) asked += 1;
      // The first one is that of ioredis, which asks whether the server is ready.
      if (isOfQueue && asked > 1) client.write('-CLUSTERDOWN Hash slot not served\r\n');
      else server.write(chunk);
    });
    server.on('data', (chunk) => client.write(chunk));
    for (const socket of [client, server]) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        server.destroy();
      });
    }
  });
  onTestFinished(() => void listener.close());
  return listenAnywhere(listener);
}

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startRedisCluster();
});
afterAll(() => cluster.stop());

/** The nodes that answer for the pool's slot with MOVED. */
async function strangers(): Promise<LocalRedis[]> {
  const answers = await Promise.all(
    cluster.nodes.map((node) =>
      callRedis(node, (call) => call('EXISTS', PREFIX)).then(
        () => [],
        () => [node],
      ),
    ),
  );
  return answers.flat();
}

describe('redis:// to a node of a Cluster that does not hold the pool', () => {
  let node: LocalRedis;
  beforeAll(async () => {
    const [first, second] = await strangers();
    if (first === undefined || second === undefined) throw new Error('one of three nodes holds the pool');
    node = first;
  });

  test.each(APPS)('%s: exit code 2, and the form of the URL that works', async (app) => {
    const started = startApp(app, environment(node.url));
    await expect(started).rejects.toThrow(/ended with 2/);
    await expect(started).rejects.toThrow(`Set REDIS_URL to redis+cluster://127.0.0.1:${node.port}.`);
    await expect(started).rejects.not.toThrow(/^ {4}at /m);
  });

  test('kieq: the same, and the doctor names it among its findings', async () => {
    const form = `Set REDIS_URL to redis+cluster://127.0.0.1:${node.port}.`;
    expect(await kieq(node.url, 'status')).toEqual({ code: 2, text: expect.stringContaining(form) });
    expect(await kieq(node.url, 'doctor')).toEqual({
      code: 8,
      text: expect.stringMatching(/^✗ redis .*Set REDIS_URL to redis\+cluster:/m),
    });
    // The form is one that works.
    expect(await kieq(`redis+cluster://127.0.0.1:${node.port}`, 'status')).toMatchObject({ code: 0 });
  });

  test('a producer: invalid_options, and nothing was enqueued', async () => {
    await expect(createProducer({ redis: node.url, prefix: PREFIX })).rejects.toMatchObject({
      code: 'invalid_options',
      message: expect.stringContaining(`redis+cluster://127.0.0.1:${node.port}`),
    });
  });
});

describe('a Cluster that is there, and does not serve the slot of the pool', () => {
  beforeAll(async () => {
    for (const node of cluster.nodes) {
      await callRedis(node, async (call) => {
        await call('CONFIG', 'SET', 'cluster-require-full-coverage', 'no');
        const slot = await call('CLUSTER', 'KEYSLOT', PREFIX);
        await call('CLUSTER', 'DELSLOTS', Number(slot));
      });
    }
  });

  test.each(APPS)('%s waits its time, and ends with 2 and the reason', async (app) => {
    const started = startApp(app, environment(cluster.url));
    await expect(started).rejects.toThrow(/ended with 2/);
    await expect(started).rejects.toThrow(/cannot be used: .*CLUSTERDOWN/);
    await expect(started).rejects.not.toThrow(/^ {4}at /m);
  });

  test('a worker to which it happens behind the first line lets go what it has and ends with 2', async () => {
    const redis = await startLocalRedis({ cacheDir: CACHE_DIR });
    onTestFinished(() => redis.stop());
    const port = await downForQueues(redis.port);
    const worker = await startApp('worker', environment(`redis://127.0.0.1:${port}`));
    expect(await worker.ended).toBe(2);
    const end = await worker.logged(({ level }) => level === 'fatal');
    expect(end['reason']).toContain('cannot be used: CLUSTERDOWN');
    expect(
      worker
        .output()
        .split('\n')
        .filter((line) => !line.startsWith('{')),
    ).toEqual([]);
  });

  test('kieq ends with 5', async () => {
    const { code, text } = await kieq(cluster.url, 'status');
    expect([code, text]).toEqual([5, expect.stringMatching(/^kieq: .* is not available: .*CLUSTERDOWN/)]);
  });
});

describe('what ioredis has to say', () => {
  test('a worker whose Redis went away ends without a line that is no JSON', async () => {
    const redis = await startLocalRedis({ cacheDir: CACHE_DIR });
    onTestFinished(() => redis.stop());
    const worker = await startApp('worker', { ...environment(redis.url), KIEQ_SHUTDOWN_GRACE_MS: '2000' });
    await worker.logged(({ msg }) => msg.startsWith('Kie did not return'));
    process.kill(redis.pid, 'SIGKILL');
    // Each queue has tried again several times, so that some are between two tries when they are closed.
    let troubles = 0;
    await worker.logged(({ msg }) => msg === 'the queue connection has an error' && (troubles += 1) > 20, 30_000);
    worker.signal('SIGTERM');
    expect(await worker.ended).toBe(0);
    const lines = worker.output().split('\n');
    expect(lines.filter((line) => !line.startsWith('{'))).toEqual([]);
  });
});
