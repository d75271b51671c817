import type { IncomingMessage } from 'node:http';

import { listen } from './listen.ts';
import { openRequest } from './open-request.ts';
import type { HttpRequest } from './open-request.ts';
import { HTTP_TRANSPORT, transportCode } from './transport.ts';

/** `head`: the body has not been read; destroying the response closes the connection. */
export type Head =
  | { readonly kind: 'head'; readonly status: number; readonly response: IncomingMessage }
  | { readonly kind: 'failed'; readonly transport: string };

/**
 * Sends one request as soon as it is connected and resolves with the head of its response. Until then the signal ends
 * it; afterwards the response belongs to the caller. Never rejects.
 */
export function requestHead(request: HttpRequest, signal: AbortSignal): Promise<Head> {
  if (signal.aborted) return Promise.resolve({ kind: 'failed', transport: HTTP_TRANSPORT.aborted });
  return new Promise((resolve) => {
    try {
      send(request, signal, resolve);
    } catch (error) {
      resolve({ kind: 'failed', transport: transportCode(error, HTTP_TRANSPORT.invalid) });
    }
  });
}

/** The first call of `resolve` counts. */
function send(request: HttpRequest, signal: AbortSignal, resolve: (head: Head) => void): void {
  const opened = openRequest(request);
  const fail = (transport: string): void => {
    signal.removeEventListener('abort', onAbort);
    opened.destroy();
    resolve({ kind: 'failed', transport });
  };
  const onAbort = (): void => fail(HTTP_TRANSPORT.aborted);
  signal.addEventListener('abort', onAbort, { once: true });
  const onHead = (response: IncomingMessage): void => {
    signal.removeEventListener('abort', onAbort);
    // The reader of the body gets this error; a refused response has no reader.
    response.on('error', () => undefined);
    const { statusCode: status } = response;
    if (status === undefined) fail(HTTP_TRANSPORT.cut);
    else resolve({ kind: 'head', status, response });
  };
  listen(opened, { onHead, onFailure: fail });
  opened.end(request.body);
}
