import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '@kieq/telemetry';
import { errorBody, type ErrorAnswer } from './envelope.ts';
import { ownScrubber } from './own-scrubber.ts';
import { toAnswer } from './to-answer.ts';

export interface ErrorHandling {
  readonly logger: Logger;
  readonly scrub: (text: string) => string;
}

/** So much of a body that nobody wants is read and thrown away, so that its sender hears the answer; more is not. */
const DRAIN_LIMIT_BYTES = 65_536;

/** Answers whatever is thrown, in the envelope of the API that was called. */
export function addErrorHandler(app: FastifyInstance, handling: ErrorHandling): void {
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, handling));
}

export function answerError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { logger, scrub }: ErrorHandling,
): FastifyReply {
  const answer = toAnswer(error, request.id, ownScrubber(request, scrub));
  if (answer.code === 'internal') {
    const where = { request: request.id, method: request.method, route: request.routeOptions.url };
    logger.error({ err: error, ...where }, 'a request failed');
  }
  return send(answer, request, reply);
}

function send(answer: ErrorAnswer, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (answer.code === 'unauthorized') reply.header('www-authenticate', 'Bearer realm="kieq"');
  if (answer.retryAfterS !== undefined) reply.header('retry-after', String(answer.retryAfterS));
  if (!request.raw.complete && isLong(request)) reply.header('connection', 'close');
  // Also where the route would have answered something else, such as a file.
  return reply.code(answer.status).type('application/json; charset=utf-8').send(errorBody(request.url, answer));
}

function isLong({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > DRAIN_LIMIT_BYTES;
}
