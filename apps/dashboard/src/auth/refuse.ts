import type { FastifyReply } from 'fastify';

export function refuse(reply: FastifyReply, status: 401 | 403 | 429, error: string): FastifyReply {
  return reply.code(status).send({ error });
}
