import { getEventListeners, setMaxListeners } from 'node:events';
import type { Socket } from 'node:net';

import { expect, test } from 'vitest';

import { createOutbound } from '../../src/index.ts';
import { until } from '../../../testkit/src/until.ts';
import { expectNoConnections, httpServer, openConnections, rawServer, toPost } from './servers.ts';

const outbound = createOutbound({ allowPrivate: true });
const CHUNK = Buffer.alloc(65_536, 'x');

/** Writes for as long as its peer reads. */
function pour(socket: Socket): void {
  while (socket.writable && socket.write(CHUNK));
  socket.once('drain', () => pour(socket));
}

test('an endless body is cut off after its head', async () => {
  const server = await rawServer((socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\n\r\n');
      pour(socket);
    });
  });
  expect(await outbound.post(toPost(`http://127.0.0.1:${server.port}/`))).toEqual({ kind: 'answered', status: 200 });
  await expectNoConnections(server);
  // The kernel's buffers hold all that was written: the client read nothing of it.
  expect(server.sockets[0]?.bytesWritten).toBeLessThan(16_000_000);
});

test('a signal that lives longer than the call keeps nothing of it', async () => {
  const server = await httpServer((response) => response.end());
  const { signal } = new AbortController();
  await outbound.post(toPost(`http://127.0.0.1:${server.port}/`, { signal }));
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('two hundred calls of every kind leave neither sockets nor listeners', async () => {
  const behaviours: readonly ((socket: Socket) => void)[] = [
    () => {},
    (socket) => socket.resetAndDestroy(),
    (socket) => socket.end('HTTP/1.1 204 No Content\r\n\r\n'),
    (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      pour(socket);
    },
  ];
  let count = 0;
  const server = await rawServer((socket) => {
    const behave = behaviours[count++ % behaviours.length];
    socket.once('data', () => behave?.(socket));
  });
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const post = toPost(`http://127.0.0.1:${server.port}/`, { signal: stop.signal });
  const calls = Array.from({ length: 200 }, () => outbound.post(post));
  // What hangs is all that is left before the abort.
  await until(
    () => openConnections(server),
    (open) => count === 200 && open === 50,
  );
  stop.abort();
  const answers = await Promise.all(calls);
  expect(answers.filter((answer) => answer.kind === 'answered')).toHaveLength(100);
  expect(answers.filter((answer) => answer.kind === 'failed' && answer.transport === 'ECONNRESET')).toHaveLength(50);
  expect(answers.filter((answer) => answer.kind === 'failed' && answer.transport === 'ABORTED')).toHaveLength(50);
  expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  await expectNoConnections(server);
});
