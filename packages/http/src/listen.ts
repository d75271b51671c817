import type { ClientRequest, IncomingMessage } from 'node:http';

import { HTTP_TRANSPORT, transportCode } from './transport.ts';

/** What becomes of a request. */
export interface Listener {
  /** The head of the response has arrived, and nothing of its body was read. At most once. */
  readonly onHead: (response: IncomingMessage) => void;
  /** The connection failed, also after the head; then the response says so as well. May be called more than once. */
  readonly onFailure: (transport: string) => void;
}

/** Follows a request from its start. A request that ends without a head always fails. */
export function listen(request: ClientRequest, { onHead, onFailure }: Listener): void {
  let hasHead = false;
  request.once('response', (response) => {
    hasHead = true;
    onHead(response);
  });
  request.once('upgrade', (_response, socket) => {
    socket.destroy();
    onFailure(HTTP_TRANSPORT.upgrade);
  });
  // Stays until the end: an error without a listener would end the process.
  request.on('error', (error) => onFailure(transportCode(error)));
  request.once('close', () => hasHead || onFailure(HTTP_TRANSPORT.cut));
}
