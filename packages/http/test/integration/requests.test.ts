import { getEventListeners, once } from 'node:events';

import { agentsThrough, NO_PROXIES, onlyProxy } from '@kieq/proxy';
import { describe, expect, test } from 'vitest';

import { isUsable, openRequest, requestHead, whenConnected, type HttpRequest } from '../../src/index.ts';
import { selfSigned } from '../../../testkit/src/self-signed.ts';
import { httpServer, rawServer } from '../../../testkit/test/support/http-server.ts';

const never = (): AbortSignal => new AbortController().signal;

function requestTo(url: string, over: Partial<HttpRequest> = {}): HttpRequest {
  const agents = agentsThrough(NO_PROXIES, { keepAlive: false });
  return { method: 'GET', url: new URL(url), headers: {}, agents, ...over };
}

describe('a request that is opened', () => {
  // @guarantee G1
  test('connects and writes nothing, until its end: then head and body leave', async () => {
    const heard: Buffer[] = [];
    const server = await rawServer((socket) => socket.on('data', (chunk: Buffer) => heard.push(chunk)));
    const body = Buffer.from('{"a":1}');
    const request = openRequest(requestTo(`http://127.0.0.1:${server.port}/a?b=c#d`, { method: 'POST', body }));
    const failed = once(request, 'error');
    const socket = await whenConnected(request);
    expect([isUsable(socket), socket.bytesWritten, heard]).toEqual([true, 0, []]);
    request.end(body);
    await expect.poll(() => Buffer.concat(heard).toString()).toMatch(/\{"a":1\}$/);
    const [line, ...headers] = Buffer.concat(heard).toString().split('\r\n');
    expect([line, headers.includes('content-length: 7')]).toEqual(['POST /a?b=c HTTP/1.1', true]);
    server.sockets[0]?.destroy();
    await failed;
  });
});

describe('the head of a response', () => {
  test('a redirect is a response like any other; it is asked for once', async () => {
    const server = await httpServer((response) => response.writeHead(302, { location: '/there' }).end('gone'));
    const head = await requestHead(requestTo(server.url), never());
    if (head.kind === 'failed') throw new Error(head.transport);
    head.response.destroy();
    expect([head.status, head.response.headers.location, server.seen.length]).toEqual([302, '/there', 1]);
  });

  test.each([
    ['ECONNRESET', () => rawServer((socket) => socket.once('data', () => socket.resetAndDestroy()))],
    ['HPE_INVALID_CONSTANT', () => rawServer((socket) => socket.resume().write('no HTTP'))],
    [
      'UNEXPECTED_UPGRADE',
      () => rawServer((socket) => socket.resume().write('HTTP/1.1 101 S\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n')),
    ],
  ] as const)('%s instead of a head: failed, and the connection ends', async (transport, start) => {
    const server = await start();
    const head = await requestHead(requestTo(`http://127.0.0.1:${server.port}/`), never());
    expect(head).toEqual({ kind: 'failed', transport });
    await expect.poll(() => server.sockets.every((socket) => socket.destroyed)).toBe(true);
  });

  test('a header that cannot be written: nothing is connected', async () => {
    const server = await httpServer((response) => response.end());
    const head = await requestHead(requestTo(server.url, { headers: { 'x-a': 'b\r\nc' } }), never());
    expect([head, server.sockets]).toEqual([{ kind: 'failed', transport: 'ERR_INVALID_CHAR' }, []]);
  });

  test('the signal ends it until the head, and is let go of then', async () => {
    const stop = new AbortController();
    const silent = await rawServer((socket) => socket.once('data', () => stop.abort()));
    const head = await requestHead(requestTo(`http://127.0.0.1:${silent.port}/`), stop.signal);
    expect([head, getEventListeners(stop.signal, 'abort')]).toEqual([{ kind: 'failed', transport: 'ABORTED' }, []]);
    expect(await requestHead(requestTo(silent.url), stop.signal)).toEqual({ kind: 'failed', transport: 'ABORTED' });
    const server = await httpServer((response) => response.end('file'));
    const { signal } = new AbortController();
    const opened = await requestHead(requestTo(server.url), signal);
    expect([opened.kind, getEventListeners(signal, 'abort')]).toEqual(['head', []]);
    if (opened.kind === 'head') opened.response.destroy();
  });
});

test('a proxy of https has the certificates that are trusted, also for plain http', async () => {
  const certificate = selfSigned();
  const proxy = await httpServer((response) => response.end(), certificate);
  const agents = agentsThrough(onlyProxy(proxy.url), { keepAlive: false });
  const url = 'http://files.example/1.mp4';
  const head = await requestHead(requestTo(url, { agents, trust: { ca: certificate.cert } }), never());
  expect([head, proxy.seen.map(({ url: asked }) => asked)]).toMatchObject([{ kind: 'head', status: 200 }, [url]]);
  if (head.kind === 'head') head.response.destroy();
});
