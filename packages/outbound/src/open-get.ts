import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';

import type { Agents } from '@kieq/proxy';

import { errorCode, TRANSPORT } from './failure.ts';

/** One GET to a vetted address. */
export interface GetCall {
  readonly url: URL;
  /** Of this request alone. */
  readonly agents: Agents;
  readonly headers: Readonly<Record<string, string>>;
  /** In PEM; trusted instead of the public ones. */
  readonly certificateAuthority: string | undefined;
}

/** `head`: the body has not been read; destroying the response closes the connection. */
export type OpenedGet =
  | { readonly kind: 'head'; readonly response: IncomingMessage }
  | { readonly kind: 'failed'; readonly transport: string };

/**
 * Sends one GET and resolves with the head of its answer. Until then the signal ends it; afterwards the response is the
 * caller's. Never rejects. No client library: nothing may stand between the socket and the one who reads it, neither
 * buffers without a limit nor retries, redirects or decompression.
 */
export function openGet(call: GetCall, signal: AbortSignal): Promise<OpenedGet> {
  if (signal.aborted) return Promise.resolve({ kind: 'failed', transport: TRANSPORT.aborted });
  return new Promise((resolve) => {
    const request = start(call);
    const onAbort = (): void => fail(TRANSPORT.aborted);
    const fail = (transport: string): void => {
      signal.removeEventListener('abort', onAbort);
      request?.destroy();
      resolve({ kind: 'failed', transport });
    };
    if (request === undefined) return fail(TRANSPORT.invalid);
    signal.addEventListener('abort', onAbort, { once: true });
    request.once('response', (response: IncomingMessage) => {
      signal.removeEventListener('abort', onAbort);
      // Heard by whoever reads it; nobody reads an answer that is refused.
      response.on('error', () => undefined);
      resolve({ kind: 'head', response });
    });
    request.once('upgrade', (_response, socket) => {
      socket.destroy();
      fail(TRANSPORT.upgrade);
    });
    // Stays to the end: what happens to the connection after the head is heard by the response as well.
    request.on('error', (error) => fail(errorCode(error) ?? TRANSPORT.cut));
    request.once('close', () => fail(TRANSPORT.cut));
    request.end();
  });
}

function start({ url, agents, headers, certificateAuthority }: GetCall): ClientRequest | undefined {
  try {
    if (url.protocol === 'http:')
      return requestHttp(url, { method: 'GET', headers: { ...headers }, agent: agents.http });
    const ca = certificateAuthority === undefined ? {} : { ca: certificateAuthority };
    return requestHttps(url, { method: 'GET', headers: { ...headers }, agent: agents.https, ...ca });
  } catch {
    return undefined;
  }
}
