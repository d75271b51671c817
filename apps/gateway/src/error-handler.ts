import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '@kieq/telemetry';
import { errorBody, type ErrorAnswer } from './envelope.ts';
import { statusFor } from './kie-api/always-200.ts';
import { ownScrubber } from './own-scrubber.ts';
import { toAnswer } from './to-answer.ts';

export interface ErrorHandling {
  readonly logger: Logger;
  readonly scrub: (text: string) => string;
  /** Time for which a refused body may still arrive, in ms. */
  readonly lingerMs?: number;
}

/** Largest body of an unauthenticated client that is read and discarded, so that the client receives the response. */
const DRAIN_LIMIT_BYTES = 65_536;
const DEFAULT_LINGER_MS = 5_000;

/** Answers every error in the envelope of the API that was called. */
export function addErrorHandler(app: FastifyInstance, handling: ErrorHandling): void {
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, handling));
}

export async function answerError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { logger, scrub, lingerMs = DEFAULT_LINGER_MS }: ErrorHandling,
): Promise<void> {
  const answer = toAnswer(error, request.id, ownScrubber(request, scrub));
  if (answer.code === 'internal') {
    const where = { request: request.id, method: request.method, route: request.routeOptions.url };
    logger.error({ err: error, ...where }, 'A request failed with an unexpected error.');
  }
  if (request.caller === null) await disconnectStranger(request, reply, lingerMs);
  else if (answer.code === 'too_slow') reply.header('connection', 'close');
  else finishBody(request, reply, lingerMs);
  await send(answer, request, reply);
}

/**
 * Closes the connection of an unauthenticated client, since connections are limited. A short body is read and discarded
 * first, because the client would otherwise miss the response; a long body is not.
 */
async function disconnectStranger(
  { raw, headers }: FastifyRequest,
  reply: FastifyReply,
  lingerMs: number,
): Promise<void> {
  const isToCome = !raw.complete && !raw.readableEnded && Number(headers['content-length'] ?? 0) > 0;
  if (isToCome && !isLong(headers)) await discardBody(raw, lingerMs);
  reply.header('connection', 'close');
}

/** Resolves when the whole body has arrived, the client disconnects, or the time is over. */
function discardBody(raw: FastifyRequest['raw'], lingerMs: number): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(over, lingerMs);
    raw.once('end', over).once('close', over).once('error', over);
    raw.resume();
  });
}

/** Lets a caller finish sending a refused body for a while, so that it receives the response. The body is discarded. */
function finishBody({ raw }: FastifyRequest, reply: FastifyReply, lingerMs: number): void {
  if (raw.complete) return;
  const timer = setTimeout(() => void raw.destroy(), lingerMs).unref();
  raw.once('close', () => clearTimeout(timer));
  // Without this Fastify closes the connection at once.
  reply.removeHeader('connection');
  raw.resume();
}

function send(answer: ErrorAnswer, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (answer.code === 'unauthorized') reply.header('www-authenticate', 'Bearer realm="kieq"');
  if (answer.retryAfterS !== undefined) reply.header('retry-after', String(answer.retryAfterS));
  // The type replaces that of the route, for example of a file.
  return reply
    .code(statusFor(request, answer.status))
    .type('application/json; charset=utf-8')
    .send(errorBody(request.url, answer));
}

function isLong(headers: FastifyRequest['headers']): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > DRAIN_LIMIT_BYTES;
}
