import { readFileSync } from 'node:fs';

import { expect } from 'vitest';

import {
  httpServer as anyHttpServer,
  rawServer,
  type Handler,
  type TestServer,
} from '../../../testkit/test/support/http-server.ts';
import type { OutboundPost } from '../../src/outbound.ts';

export { rawServer } from '../../../testkit/test/support/http-server.ts';

/** For `secure.example`. */
export const CERTIFICATE = readFileSync(new URL('tls/cert.pem', import.meta.url), 'utf8');
const KEY = readFileSync(new URL('tls/key.pem', import.meta.url), 'utf8');

/** An HTTP server on 127.0.0.1 that hands each complete request to `handler`. */
export function httpServer(handler: Handler, tls = false): Promise<TestServer> {
  return anyHttpServer(handler, tls ? { cert: CERTIFICATE, key: KEY } : undefined);
}

/** A TCP server that reads the head of a request, then writes this text and leaves the connection open. */
export function speakingServer(text: string): Promise<TestServer> {
  return rawServer((socket) => socket.once('data', () => socket.write(text)));
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
