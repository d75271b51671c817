import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { closeConnection, createConnection, describeClient, waitUntilReady } from '@kieq/redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listenAnywhere } from '../../../testkit/src/free-port.ts';
import { selfSigned } from '../../../testkit/src/self-signed.ts';
import { privateRedis } from '../../../local-redis/test/private-redis.ts';

const ours = selfSigned();
const sockets = new Set<Socket>();
const redis = await privateRedis();
let terminator: Server;
let url: string;

// TLS ends in front of Redis, as with many managed services: not every redis-server is built with it.
beforeAll(async () => {
  terminator = createServer(ours, (client) => {
    const server = connect(redis.port, '127.0.0.1');
    client.pipe(server).pipe(client);
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
  });
  terminator.on('tlsClientError', () => undefined);
  url = `rediss://127.0.0.1:${await listenAnywhere(terminator)}/2`;
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  terminator.close();
  await once(terminator, 'close');
});

test.each(['producer', 'worker', 'blocking'] as const)('a %s speaks TLS, and knows whom to trust', async (role) => {
  const client = createConnection({ url, role, tlsOptions: { ca: ours.cert } });
  await waitUntilReady(client);
  expect(await client.call('CLIENT', 'INFO')).toContain(' db=2 ');
  expect(describeClient(client)).toBe(url);
  await closeConnection(client);
});

test('a server without a trusted certificate gets no command, and the error has the reason', async () => {
  const client = createConnection({ url, role: 'worker' });
  await expect(waitUntilReady(client, 1_000)).rejects.toThrow(/self-signed certificate/);
  await closeConnection(client);
});
