import { inspect } from 'node:util';
import { startLocalRedis } from '@kieq/local-redis';
import {
  closeConnection,
  createConnection,
  describeClient,
  failFast,
  redisRefusal,
  RedisUnavailableError,
  waitUntilReady,
  type ConnectionRole,
  type RedisClient,
} from '@kieq/redis';
import { Redis } from 'ioredis';
import { afterEach, expect, test } from 'vitest';
import { privateRedis } from '../../../local-redis/test/private-redis.ts';

const PASSWORD = 'hunter2-of-redis';
const server = await privateRedis({ settings: { requirepass: PASSWORD } });
let clients: RedisClient[] = [];

afterEach(async () => {
  await Promise.all(clients.map((client) => closeConnection(client)));
  clients = [];
});

function open(
  role: ConnectionRole,
  { port = server.port, password = PASSWORD, onError = (): void => undefined }: OpenOptions = {},
): RedisClient {
  const client = createConnection({
    url: `redis://:${password}@127.0.0.1:${port}/1`,
    role,
    onError,
    connectionName: `test-${role}`,
  });
  clients.push(client);
  return client;
}

interface OpenOptions {
  readonly port?: number;
  readonly password?: string;
  readonly onError?: (error: Error) => void;
}

function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'no failure',
    (error: unknown) => error,
  );
}

test.each(['producer', 'worker', 'blocking'] as const)(
  'a %s carries commands, in the database of the URL',
  async (role) => {
    const client = open(role);
    await waitUntilReady(client);
    expect(await client.ping()).toBe('PONG');
    expect(await client.call('CLIENT', 'INFO')).toMatch(new RegExp(`name=test-${role} .*db=1 `));
    expect(describeClient(client)).toBe(`redis://:***@127.0.0.1:${server.port}/1`);
  },
);

test('a producer fails at once with a typed error when no server listens', async () => {
  const client = open('producer', { port: 1 });
  const failure = await failureOf(failFast(client, () => client.get('key')));
  expect(failure).toBeInstanceOf(RedisUnavailableError);
  expect(failure).toMatchObject({
    code: 'redis_unavailable',
    message: expect.stringContaining('redis://:***@127.0.0.1:1'),
  });
  expect(inspect(failure, { depth: null })).not.toContain(PASSWORD);
  await expect(waitUntilReady(client, 100)).rejects.toThrow(/ECONNREFUSED/);
});

test('a producer whose server is killed fails instead of waiting; a worker waits for its return', async () => {
  const own = await startLocalRedis({ settings: { requirepass: PASSWORD } });
  const [producer, worker] = [open('producer', { port: own.port }), open('worker', { port: own.port })];
  await Promise.all([waitUntilReady(producer), waitUntilReady(worker)]);
  process.kill(own.pid, 'SIGSTOP');
  const worked = worker.set('b', '2');
  await own.restart('SIGKILL');
  expect(await worked).toBe('OK');
  await own.stop();
  expect(await failureOf(failFast(producer, () => producer.get('a')))).toBeInstanceOf(RedisUnavailableError);
});

test('what Redis refuses is not taken for an outage', async () => {
  const client = open('producer');
  await waitUntilReady(client);
  await client.set('text', 'x');
  const failure = await failureOf(failFast(client, () => client.lpush('text', '1')));
  expect(failure).not.toBeInstanceOf(RedisUnavailableError);
  expect(failure).toMatchObject({ message: expect.stringContaining('WRONGTYPE') });
});

// @guarantee G7
test('a wrong password is reported without repeating it', async () => {
  const wrong = 'wrong-hunter3';
  const heard: Error[] = [];
  const client = open('producer', { password: wrong, onError: (error) => heard.push(error) });
  const failure = await failureOf(waitUntilReady(client, 300));
  expect(failure).toBeInstanceOf(RedisUnavailableError);
  expect(heard[0]?.message).toMatch(/WRONGPASS/);
  expect(inspect([heard, failure], { depth: null })).not.toContain(wrong);
});

test('the errors of every duplicate have a listener, also when BullMQ has removed its own: ioredis would print them on the console', () => {
  const client = open('worker');
  if (!(client instanceof Redis)) throw new Error('not a single server');
  const copy = client.duplicate();
  const copyOfCopy = copy.duplicate();
  clients.push(copy, copyOfCopy);
  expect([copy, copyOfCopy].map((one) => one.listenerCount('error'))).toEqual([1, 1]);
});

test('redisRefusal says why a process cannot start, and ignores its own defects', () => {
  const url = `redis://:${PASSWORD}@127.0.0.1:6379`;
  const reasons = [
    'CLUSTERDOWN Hash slot not served',
    'MOVED 6238 127.0.0.1:7001',
    'NOPERM no permissions',
    'LOADING Redis',
  ];
  for (const reason of reasons)
    expect(redisRefusal(url, new Error(reason))).toBe(`Redis at redis://:***@127.0.0.1:6379 cannot be used: ${reason}`);
  expect(redisRefusal(url, new TypeError('x is not a function'))).toBeUndefined();
});
