import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { GatewayDeps } from './deps.ts';
import { isOpen } from './auth.ts';

/** Number of unused connections that are closed when a new connection is refused. */
const MADE_SPACE = 64;
/** Longest time for a response of an open route, in ms: a slow unauthenticated client must not keep a connection. */
const OPEN_ANSWER_MS = 60_000;

/**
 * Bounds the number of connections. Connections that never sent a request, such as browsers open in advance, are closed
 * when the server closes: Node counts them neither as idle nor as active, so a closing server would wait until they
 * time out. At the limit the oldest of them and the idle ones are closed, so that the next caller can connect.
 */
export function watchConnections(
  app: FastifyInstance,
  { settings, metrics }: Pick<GatewayDeps, 'settings' | 'metrics'>,
): void {
  const fresh = new Set<Socket>();
  const { server } = app;
  server.maxConnections = settings.limits.connections;
  server.on('connection', (socket: Socket) => {
    fresh.add(socket);
    socket.once('close', () => fresh.delete(socket));
  });
  server.on('request', ({ socket }) => fresh.delete(socket));
  server.on('drop', () => {
    metrics.refusals.inc({ limit: 'connections' });
    makeSpace(server, fresh);
  });
  app.addHook('onRequest', (request, { raw }, done) => {
    if (isOpen(request) && request.routeOptions.config.streams !== true) {
      const tooLong = setTimeout(() => raw.destroy(), OPEN_ANSWER_MS);
      tooLong.unref();
      raw.once('close', () => clearTimeout(tooLong));
    }
    done();
  });
  app.addHook('preClose', (done) => {
    for (const socket of fresh) socket.destroy();
    done();
  });
}

function makeSpace(server: Server, fresh: ReadonlySet<Socket>): void {
  server.closeIdleConnections();
  // A Set keeps the order of arrival: the oldest come first.
  for (const socket of [...fresh].slice(0, MADE_SPACE)) socket.destroy();
}
