import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startLink, type Link } from '../../src/chaos/link.ts';
import { until } from '@kieq/testkit';

let server: Server;
let link: Link;
let target: number | undefined;
beforeEach(async () => {
  server = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  target = (server.address() as AddressInfo).port;
  link = await startLink(() => (target === undefined ? undefined : { port: target }));
});
afterEach(async () => {
  await link.close();
  server.close();
});

async function dial(): Promise<{ readonly socket: Socket; readonly heard: () => string }> {
  const socket = connect(link.port, '127.0.0.1');
  socket.on('error', () => undefined);
  let text = '';
  socket.on('data', (chunk) => (text += String(chunk)));
  await once(socket, 'connect');
  return { socket, heard: () => text };
}

test('what is delayed comes later, whole and in its order, also when the delay changes', async () => {
  const { socket, heard } = await dial();
  const words = Array.from({ length: 200 }, (_, i) => `${i};`);
  const startedMs = performance.now();
  link.delay(150);
  for (const [i, word] of words.entries()) {
    if (i === 100) link.delay(10);
    socket.write(word);
    if (i % 20 === 0) await new Promise(setImmediate);
  }
  link.delay(0);
  await until(heard, (text) => text.length === words.join('').length);
  expect(heard()).toBe(words.join(''));
  expect(performance.now() - startedMs).toBeGreaterThan(150);
});

test('a cut ends the chosen connections on both sides, and new ones are taken', async () => {
  const first = await dial();
  first.socket.write('a');
  await until(first.heard, (text) => text === 'a');
  const closed = once(first.socket, 'close');
  expect(link.cut(() => true)).toBe(1);
  await closed;
  const second = await dial();
  second.socket.write('b');
  await until(second.heard, (text) => text === 'b');
  expect(link.cut(() => false)).toBe(0);
  second.socket.destroy();
});

test('without a target it hangs up', async () => {
  target = undefined;
  const { socket } = await dial();
  await once(socket, 'close');
  expect(socket.destroyed).toBe(true);
});
