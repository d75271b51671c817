import { closeConnection, createConnection, waitUntilReady, type ConnectionRole, type RedisClient } from '@kieq/redis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTcpProxy, type TcpProxy } from '../../../testkit/src/tcp-proxy.ts';
import { privateRedis } from '../../../local-redis/test/private-redis.ts';

const SILENCE_MS = 400;

const server = await privateRedis();
let proxy: TcpProxy;
let client: RedisClient;
beforeEach(async () => {
  proxy = await startTcpProxy({ host: '127.0.0.1', port: server.port });
});
afterEach(async () => {
  await closeConnection(client);
  await proxy.close();
});

async function open(role: ConnectionRole): Promise<string[]> {
  const heard: string[] = [];
  client = createConnection({
    url: `redis://127.0.0.1:${proxy.port}`,
    role,
    silenceMs: SILENCE_MS,
    onError: ({ message }) => heard.push(message),
  });
  await waitUntilReady(client);
  return heard;
}

function isTimeout(message: string): boolean {
  return message.startsWith('Socket timeout');
}

// @guarantee G2
test.each(['worker', 'blocking'] as const)(
  'a %s finds out that its connection is dead, and a new one too; its command arrives in the end',
  async (role) => {
    const heard = await open(role);
    proxy.swallow();
    const written = client.set('half-open', role);
    // The second time it is the greeting on a new connection that gets no reply.
    await expect.poll(() => heard.filter(isTimeout).length).toBeGreaterThan(1);
    proxy.flow();
    expect(await written).toBe('OK');
  },
);

test('a producer too: it serves again as soon as the network does', async () => {
  const heard = await open('producer');
  proxy.swallow();
  // It may fail, or be sent again on the new connection; either way by its own deadline.
  const asked = client.get('key').catch(() => undefined);
  await expect.poll(() => heard.filter(isTimeout).length).toBeGreaterThan(0);
  proxy.flow();
  // It hears of the silence a moment before it knows that the connection is gone.
  await expect.poll(() => client.ping().catch(String)).toBe('PONG');
  await asked;
});

test('silence is not an offence while nothing was asked', async () => {
  const heard = await open('worker');
  const id = await client.client('ID');
  const askedAt = performance.now();
  await expect.poll(() => performance.now() - askedAt).toBeGreaterThan(2 * SILENCE_MS);
  expect(await client.client('ID')).toBe(id);
  expect(heard).toEqual([]);
});
