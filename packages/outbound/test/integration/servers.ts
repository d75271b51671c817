import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders, RequestListener, ServerResponse } from 'node:http';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Server, Socket } from 'node:net';
import { createServer as createNetServer } from 'node:net';

import { expect, onTestFinished } from 'vitest';

import type { OutboundPost } from '../../src/outbound.ts';

/** For `secure.example`. */
export const CERTIFICATE = readFileSync(new URL('tls/cert.pem', import.meta.url), 'utf8');
const KEY = readFileSync(new URL('tls/key.pem', import.meta.url), 'utf8');

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface TestServer {
  readonly port: number;
  /** Complete requests, in order of arrival. */
  readonly seen: Seen[];
  /** Every connection, also those that are gone. */
  readonly sockets: Socket[];
  readonly server: Server;
}

/** An HTTP server on 127.0.0.1 that hands each complete request to `handler`. */
export async function httpServer(
  handler: (response: ServerResponse, seen: Seen) => unknown,
  tls = false,
): Promise<TestServer> {
  const seen: Seen[] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => {});
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const entry = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') };
      seen.push(entry);
      handler(response, entry);
    });
  };
  const server = tls ? createHttpsServer({ cert: CERTIFICATE, key: KEY }, listener) : createHttpServer(listener);
  server.on('tlsClientError', () => {});
  return { ...(await listen(server)), seen, server };
}

/** A TCP server on 127.0.0.1; `onSocket` speaks whatever it likes. */
export async function rawServer(onSocket: (socket: Socket) => unknown): Promise<TestServer> {
  const server = createNetServer((socket) => onSocket(socket));
  return { ...(await listen(server)), seen: [], server };
}

/** A TCP server that reads the head of a request, then writes this text and leaves the connection open. */
export function speakingServer(text: string): Promise<TestServer> {
  return rawServer((socket) => socket.once('data', () => socket.write(text)));
}

async function listen(server: Server): Promise<{ port: number; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  server.on('connection', (socket: Socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, sockets };
}

/** Connections that the server still holds. */
export function openConnections({ server }: TestServer): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });
}

/** The client has closed everything that it opened. */
export async function expectNoConnections(server: TestServer): Promise<void> {
  await expect.poll(() => openConnections(server)).toBe(0);
}

export function toPost(url: string, over: Partial<OutboundPost> = {}): OutboundPost {
  return { url, headers: {}, body: '{"code":200}', timeoutMs: 10_000, ...over };
}
