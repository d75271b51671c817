import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/**
 * Resolves with the socket of a request once it can carry bytes: a pooled one at once, a new one after its TCP and, for
 * https, its TLS handshake with the certificate checked (in a resumed session: when the session began), and after the
 * tunnel of its proxy. Never settles where the connection fails; the request's own error reports that.
 */
export function whenConnected(request: ClientRequest): Promise<Socket> {
  return new Promise((resolve) => {
    const onSocket = (socket: Socket): void => {
      const secure = socket instanceof TLSSocket;
      if (request.reusedSocket || (!secure && !socket.connecting)) resolve(socket);
      else socket.once(secure ? 'secureConnect' : 'connect', () => resolve(socket));
    };
    if (request.socket) onSocket(request.socket);
    else request.once('socket', onSocket);
  });
}

/** False where the server has already closed or ended the connection, as far as this process has read. */
export function isUsable(socket: Socket): boolean {
  return !socket.destroyed && socket.writable && !socket.readableEnded;
}
