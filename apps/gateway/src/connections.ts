import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { GatewayDeps } from './deps.ts';
import { isOpen } from './auth.ts';

/** So many connections make room at once when a new one was turned away. */
const MADE_SPACE = 64;
/** Longest time for an answer that anybody may ask for, in ms: a stranger who reads slowly must not keep a connection. */
const OPEN_ANSWER_MS = 60_000;

/**
 * Bounds the connections, and hangs up, when the server closes, on those that never sent a request, as browsers open
 * them in advance: Node counts them neither as idle nor as active, so a closing server would wait for them until they
 * time out. When there are too many, the oldest of them and the idle ones make room, so that the next caller gets in.
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
  // In the order in which they came.
  for (const socket of [...fresh].slice(0, MADE_SPACE)) socket.destroy();
}
