import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Hangs up, when the server closes, on connections that never sent a request, as browsers open them in advance: Node
 * counts them neither as idle nor as active, so a closing server would wait for them until they time out.
 */
export function closeFreshSockets(app: FastifyInstance): void {
  const fresh = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => {
    fresh.add(socket);
    socket.once('close', () => fresh.delete(socket));
  });
  app.server.on('request', ({ socket }) => fresh.delete(socket));
  app.addHook('preClose', (done) => {
    for (const socket of fresh) socket.destroy();
    done();
  });
}
