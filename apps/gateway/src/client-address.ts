import type { FastifyRequest } from 'fastify';

/** Who is at the other end of the connection, by which attempts are counted and logged. A proxy is one address. */
export function clientAddress({ socket }: FastifyRequest): string {
  return (socket.remoteAddress ?? 'unknown').replace(/^::ffff:/, '');
}
