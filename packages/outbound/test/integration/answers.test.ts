import { once } from 'node:events';

import { describe, expect, test } from 'vitest';

import { createOutbound } from '../../src/index.ts';
import { expectNoConnections, httpServer, rawServer, speakingServer, toPost } from './servers.ts';

const outbound = createOutbound({ allowPrivate: true });

describe('answered', () => {
  test.each([200, 204, 302, 304, 400, 404, 410, 500, 503])('status %d passes', async (status) => {
    const server = await httpServer((response) => response.writeHead(status).end());
    expect(await outbound.post(toPost(`http://127.0.0.1:${server.port}/`))).toEqual({ kind: 'answered', status });
  });

  test('the request: a POST of the body as it is, with our defaults and the headers given', async () => {
    const server = await httpServer((response) => response.end());
    const headers = { 'webhook-signature': 'v1,abc', authorization: 'Bearer x', cookie: 'a=b' };
    await outbound.post(
      toPost(`http://127.0.0.1:${server.port}/hook?a=1#part`, { headers, body: '{"prompt":"Kätzchen 🐈"}' }),
    );
    expect(server.seen).toEqual([
      expect.objectContaining({ method: 'POST', url: '/hook?a=1', body: Buffer.from('{"prompt":"Kätzchen 🐈"}') }),
    ]);
    expect(server.seen[0]?.headers).toEqual({
      host: `127.0.0.1:${server.port}`,
      'user-agent': 'kieq/0.1',
      'content-type': 'application/json',
      'content-length': '27',
      accept: '*/*',
      'accept-encoding': 'identity',
      connection: 'close',
      'webhook-signature': 'v1,abc',
    });
  });

  test('a user agent of our own, and an empty body', async () => {
    const server = await httpServer((response) => response.end());
    const post = toPost(`http://127.0.0.1:${server.port}/`, { body: '' });
    expect(await createOutbound({ allowPrivate: true, userAgent: 'kieq/9' }).post(post)).toMatchObject({ status: 200 });
    expect(server.seen[0]).toMatchObject({ body: Buffer.of(), headers: { 'user-agent': 'kieq/9' } });
  });

  test('Retry-After', async () => {
    const server = await httpServer((response) => response.writeHead(503, { 'retry-after': '120' }).end());
    const answer = await outbound.post(toPost(`http://127.0.0.1:${server.port}/`));
    expect(answer).toEqual({ kind: 'answered', status: 503, retryAfterMs: 120_000 });
  });

  test('an answer that comes before the body was read', async () => {
    const server = await rawServer((socket) =>
      socket.once('data', () => socket.pause().write('HTTP/1.1 413 Content Too Large\r\n\r\n')),
    );
    const body = 'x'.repeat(20_000_000);
    expect(await outbound.post(toPost(`http://127.0.0.1:${server.port}/`, { body }))).toMatchObject({ status: 413 });
    server.sockets[0]?.resume();
    await expectNoConnections(server);
  });

  test('a name that only the system knows, where private addresses are allowed', async () => {
    const server = await httpServer((response) => response.end());
    expect(await outbound.post(toPost(`http://localhost:${server.port}/`))).toMatchObject({ status: 200 });
  });
});

describe('failed', () => {
  const failed = (transport: string): unknown => ({ kind: 'failed', transport });

  test('no server listens', async () => {
    const { port, server } = await rawServer(() => {});
    server.close();
    await once(server, 'close');
    expect(await outbound.post(toPost(`http://127.0.0.1:${port}/`))).toEqual(failed('ECONNREFUSED'));
  });

  test('the connection is cut', async () => {
    const { port } = await rawServer((socket) => socket.once('data', () => socket.destroy()));
    expect(await outbound.post(toPost(`http://127.0.0.1:${port}/`))).toEqual(failed('ECONNRESET'));
  });

  test('a certificate without a trusted authority', async () => {
    const { port, seen } = await httpServer((response) => response.end(), true);
    expect(await outbound.post(toPost(`https://127.0.0.1:${port}/`))).toEqual(failed('DEPTH_ZERO_SELF_SIGNED_CERT'));
    expect(seen).toEqual([]);
  });

  test.each([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.7\r\n', 'HPE_INVALID_CONSTANT'],
    ['endless headers', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`, 'HPE_HEADER_OVERFLOW'],
    ['an upgrade', 'HTTP/1.1 101 S\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n', 'UNEXPECTED_UPGRADE'],
  ])('%s', async (_what, text, transport) => {
    const server = await speakingServer(text);
    expect(await outbound.post(toPost(`http://127.0.0.1:${server.port}/`))).toEqual(failed(transport));
    await expectNoConnections(server);
  });

  test('a header that cannot be sent', async () => {
    const { port, sockets } = await rawServer(() => {});
    const headers = { 'x-id': 'a\r\nhost: b' };
    expect(await outbound.post(toPost(`http://127.0.0.1:${port}/`, { headers }))).toEqual(failed('ERR_INVALID_CHAR'));
    expect(sockets).toEqual([]);
  });

  test.each([
    ['says nothing', ''],
    ['announces more, endlessly', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['stops within its headers', 'HTTP/1.1 200 OK\r\ncontent-'],
  ])('a receiver that %s: the time is over', async (_what, text) => {
    const server = await rawServer((socket) => socket.once('data', () => socket.write(text)));
    const post = toPost(`http://127.0.0.1:${server.port}/`, { timeoutMs: 100 });
    expect(await outbound.post(post)).toEqual(failed('ETIMEDOUT'));
    await expectNoConnections(server);
  });

  test('abort while the receiver thinks', async () => {
    const stop = new AbortController();
    const server = await rawServer((socket) => socket.once('data', () => stop.abort()));
    const post = toPost(`http://127.0.0.1:${server.port}/`, { signal: stop.signal });
    expect(await outbound.post(post)).toEqual(failed('ABORTED'));
    await expectNoConnections(server);
  });

  test('aborted before the start: no receiver is called', async () => {
    const server = await httpServer((response) => response.end());
    const post = toPost(`http://127.0.0.1:${server.port}/`, { signal: AbortSignal.abort() });
    expect(await outbound.post(post)).toEqual(failed('ABORTED'));
    expect(server.sockets).toEqual([]);
  });
});
