import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';

import type { Agents } from '@kieq/proxy';

import { errorCode, TRANSPORT } from './failure.ts';

/** One GET to a vetted address. */
export interface GetCall {
  readonly url: URL;
  /** Timeout of this request alone. */
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
 * Sends one GET and resolves with the head of its response. Until then the signal ends it; afterwards the response
 * belongs to the caller. Never rejects. No client library: nothing may be between the socket and its reader, neither
 * unlimited buffers nor retries, redirects or decompression.
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
      // The reader of the body gets this error; a refused response has no reader.
      response.on('error', () => undefined);
      resolve({ kind: 'head', response });
    });
    request.once('upgrade', (_response, socket) => {
      socket.destroy();
      fail(TRANSPORT.upgrade);
    });
    // Stays until the end: after the head, the response also gets the errors of the connection.
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
