import { once } from 'node:events';
import type { IncomingHttpHeaders, RequestListener, ServerResponse } from 'node:http';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Server, Socket } from 'node:net';
import { createServer as createNetServer } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { onTestFinished } from 'vitest';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly socket: Socket;
}

export type Handler = (response: ServerResponse, seen: Seen, index: number) => unknown;

export interface TestServer {
  readonly url: string;
  readonly port: number;
  /** Complete requests, in order of arrival. */
  readonly seen: Seen[];
  /** Every connection, also those that are gone. */
  readonly sockets: Socket[];
  readonly server: Server;
}

/**
 * An HTTP server on 127.0.0.1 that hands each complete request to `handler`; it ends with the test.
 * @param tls its certificate and key, for HTTPS
 */
export async function httpServer(handler: Handler, tls?: TlsOptions): Promise<TestServer> {
  const seen: Seen[] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => {});
    request.on('end', () => {
      const { method = '', url = '', headers, socket } = request;
      const entry = { method, url, headers, body: Buffer.concat(chunks), socket };
      seen.push(entry);
      handler(response, entry, seen.length - 1);
    });
  };
  const server = tls === undefined ? createHttpServer(listener) : createHttpsServer(tls, listener);
  server.on('tlsClientError', () => {});
  const { port, sockets } = await listen(server);
  return { url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`, port, seen, sockets, server };
}

/** A TCP server on 127.0.0.1; `onSocket` speaks whatever it likes. It ends with the test. */
export async function rawServer(onSocket: (socket: Socket) => unknown): Promise<TestServer> {
  const server = createNetServer((socket) => onSocket(socket));
  const { port, sockets } = await listen(server);
  return { url: `tcp://127.0.0.1:${port}`, port, seen: [], sockets, server };
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
  return { port: portOf(server), sockets };
}

/** A port of this machine on which no process listens. */
export async function closedPort(): Promise<number> {
  const server = createNetServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
