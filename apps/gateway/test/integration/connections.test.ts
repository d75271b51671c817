import { once } from 'node:events';
import { connect } from 'node:net';
import { fastify } from 'fastify';
import { expect, test } from 'vitest';
import { closeFreshSockets } from '../../src/fresh-sockets.ts';

test('a connection that never sent a request does not hold up the end', async () => {
  const app = fastify();
  closeFreshSockets(app);
  app.get('/', () => 'ok');
  const url = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  const accepted = once(app.server, 'connection');
  const socket = connect(Number(url.port), url.hostname);
  await accepted;
  expect(await (await fetch(url)).text()).toBe('ok');
  const hungUp = once(socket.resume(), 'close');
  await app.close();
  await hungUp;
});
