import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '@kieq/telemetry';
import { errorBody, type ErrorAnswer } from './envelope.ts';
import { ownScrubber } from './own-scrubber.ts';
import { toAnswer } from './to-answer.ts';

export interface ErrorHandling {
  readonly logger: Logger;
  readonly scrub: (text: string) => string;
  /** How long a short body may go on coming after its refusal, in ms. */
  readonly lingerMs?: number;
}

/** So much of a body that nobody wants is read and thrown away, so that its sender hears the answer; more is not. */
const DRAIN_LIMIT_BYTES = 65_536;
const DEFAULT_LINGER_MS = 5_000;

/** Answers whatever is thrown, in the envelope of the API that was called. */
export function addErrorHandler(app: FastifyInstance, handling: ErrorHandling): void {
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, handling));
}

export function answerError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { logger, scrub, lingerMs }: ErrorHandling,
): FastifyReply {
  const answer = toAnswer(error, request.id, ownScrubber(request, scrub));
  if (answer.code === 'internal') {
    const where = { request: request.id, method: request.method, route: request.routeOptions.url };
    logger.error({ err: error, ...where }, 'a request failed');
  }
  hangUp(request, reply, lingerMs);
  return send(answer, request, reply);
}

/**
 * A refusal ends the connection where a body is still to come: at once where it is long, else when it has come or the
 * time is over. Strangers are not kept either: each of their connections is one less for callers.
 */
function hangUp(request: FastifyRequest, reply: FastifyReply, lingerMs = DEFAULT_LINGER_MS): void {
  const { raw } = request;
  if (raw.complete ? request.caller === null : isLong(request)) {
    reply.header('connection', 'close');
  } else if (!raw.complete) {
    const timer = setTimeout(() => void raw.destroy(), lingerMs).unref();
    raw.once('close', () => {
      clearTimeout(timer);
      // It has come, and the answer was out before it was thrown away.
      if (request.caller === null && 'destroySoon' in raw.socket) raw.socket.destroySoon();
    });
  }
}

function send(answer: ErrorAnswer, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (answer.code === 'unauthorized') reply.header('www-authenticate', 'Bearer realm="kieq"');
  if (answer.retryAfterS !== undefined) reply.header('retry-after', String(answer.retryAfterS));
  // Also where the route would have answered something else, such as a file.
  return reply.code(answer.status).type('application/json; charset=utf-8').send(errorBody(request.url, answer));
}

function isLong({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > DRAIN_LIMIT_BYTES;
}
