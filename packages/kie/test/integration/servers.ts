import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createNetServer } from 'node:net';
import type { TlsOptions } from 'node:tls';

import { onTestFinished } from 'vitest';

import { createKieClient } from '../../src/client.ts';
import type { KieClient } from '../../src/client.ts';
import type { CreateTaskOptions } from '../../src/create-task.ts';
import type { KieClientOptions } from '../../src/options.ts';

export const CERTIFICATE = readFileSync(new URL('tls/cert.pem', import.meta.url), 'utf8');
const KEY = readFileSync(new URL('tls/key.pem', import.meta.url), 'utf8');
export const API_KEY = 'k3y-0123456789abcdef';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  readonly socket: Socket;
}

export type Handler = (response: ServerResponse, seen: Seen, index: number) => unknown;

export interface TestServer {
  readonly url: string;
  /** Complete requests, in order of arrival. */
  readonly seen: Seen[];
  readonly sockets: Socket[];
}

/** An HTTP server that hands each complete request to `handler`. */
export async function httpServer(handler: Handler, tls: boolean | TlsOptions = false): Promise<TestServer> {
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
  const secure = tls !== false;
  const options = { cert: CERTIFICATE, key: KEY, ...(typeof tls === 'object' ? tls : {}) };
  const server = secure ? createHttpsServer(options, listener) : createHttpServer(listener);
  server.on('tlsClientError', () => {});
  const { port, sockets } = await listen(server);
  return { url: `${secure ? 'https' : 'http'}://127.0.0.1:${port}`, seen, sockets };
}

/** A TCP server; `onSocket` speaks whatever it likes. */
export async function rawServer(onSocket: (socket: Socket) => unknown): Promise<{ port: number; sockets: Socket[] }> {
  return listen(createNetServer((socket) => onSocket(socket)));
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

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A port without a listener. */
export async function closedPort(): Promise<number> {
  const server = createNetServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

export function client(url: string, options: Partial<KieClientOptions> = {}): KieClient {
  const retry = { minMs: 1, maxMs: 2 };
  const made = createKieClient({ apiKey: API_KEY, baseUrl: url, uploadUrl: url, retry, ...options });
  onTestFinished(() => made.close());
  return made;
}

export const REQUEST = {
  model: 'kling-2.6/image-to-video',
  input: { prompt: 'ein Kätzchen 🐈', image_urls: ['https://a.example/1.png'], sound: false, duration: '5' },
  callBackUrl: 'https://q.example/callbacks/kie/gen_1/token',
};

export function sendOptions(over: Partial<CreateTaskOptions> = {}): CreateTaskOptions {
  return { sendDeadline: () => true, timeoutMs: 5000, ...over };
}

export function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

export const ACCEPTED = { code: 200, msg: 'success', data: { taskId: 't1' } };

/** A promise and its resolve function: what tests wait on instead of sleeping. */
export function signalOf<T = void>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}
