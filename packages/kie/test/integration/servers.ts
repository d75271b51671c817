import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import type { TlsOptions } from 'node:tls';

import { onTestFinished } from 'vitest';

import {
  httpServer as anyHttpServer,
  type Handler,
  type TestServer,
} from '../../../testkit/test/support/http-server.ts';
import { createKieClient } from '../../src/client.ts';
import type { KieClient } from '../../src/client.ts';
import type { CreateTaskOptions } from '../../src/create-task.ts';
import type { KieClientOptions } from '../../src/options.ts';

export const CERTIFICATE = readFileSync(new URL('tls/cert.pem', import.meta.url), 'utf8');
const KEY = readFileSync(new URL('tls/key.pem', import.meta.url), 'utf8');
export const API_KEY = 'k3y-0123456789abcdef';

export type { Handler, Seen, TestServer } from '../../../testkit/test/support/http-server.ts';
export { closedPort, rawServer } from '../../../testkit/test/support/http-server.ts';

/** An HTTP server that hands each complete request to `handler`; with the certificate of these tests for HTTPS. */
export function httpServer(handler: Handler, tls: boolean | TlsOptions = false): Promise<TestServer> {
  const more = typeof tls === 'object' ? tls : {};
  return anyHttpServer(handler, tls === false ? undefined : { cert: CERTIFICATE, key: KEY, ...more });
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
