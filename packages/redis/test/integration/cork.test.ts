import { closeConnection, createConnection, sendTogether, waitUntilReady } from '@kieq/redis';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { startTcpProxy } from '../../../testkit/src/tcp-proxy.ts';
import { privateRedis } from '../../../local-redis/test/private-redis.ts';

const server = await privateRedis();

async function open(port = server.port): Promise<Redis> {
  const client = createConnection({ url: `redis://127.0.0.1:${port}`, role: 'worker' });
  onTestFinished(() => closeConnection(client));
  sendTogether(client);
  await waitUntilReady(client);
  if (!(client instanceof Redis)) throw new Error('one server was asked for');
  return client;
}

test('commands of one turn leave in one write, those of settled promises among them; each has its own answer', async () => {
  const client = await open();
  const asked: string[] = [];
  const ask = async (key: string): Promise<unknown> => {
    // As BullMQ does before each command.
    await Promise.resolve();
    asked.push(key);
    return client.set(key, key).then(() => client.get(key));
  };
  const answers = Promise.all(['a', 'b', 'c'].map(ask));
  const refused = client.call('NO-SUCH-COMMAND').catch((error: unknown) => error);
  expect(client.stream.writableCorked).toBe(1);
  const held = client.stream.writableLength;
  await Promise.resolve();
  expect(asked).toEqual(['a', 'b', 'c']);
  expect(client.stream.writableLength).toBeGreaterThan(held);
  expect(await answers).toEqual(['a', 'b', 'c']);
  expect(await refused).toBeInstanceOf(Error);
  expect(client.stream.writableCorked).toBe(0);
});

test('a connection that is cut while commands wait for their write is opened again, and they arrive', async () => {
  const proxy = await startTcpProxy({ host: '127.0.0.1', port: server.port });
  onTestFinished(() => proxy.close());
  const client = await open(proxy.port);
  const lost = client.stream;
  const written = client.set('cut', 'off');
  lost.destroy();
  expect(await written).toBe('OK');
  expect(client.stream).not.toBe(lost);
  const next = client.get('cut');
  expect(client.stream.writableCorked).toBe(1);
  expect(await next).toBe('off');
});

test('commands that a timer sends leave in one write, too', async () => {
  const client = await open();
  const corked = await new Promise<number>((resolve) => {
    setTimeout(() => {
      void client.get('one');
      void Promise.resolve().then(() => resolve(client.stream.writableCorked));
    }, 0);
  });
  expect(corked).toBe(1);
  expect(await client.get('one')).toBeNull();
  expect(client.stream.writableCorked).toBe(0);
});
