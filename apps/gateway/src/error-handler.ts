import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '@kieq/telemetry';
import { errorBody, type ErrorAnswer } from './envelope.ts';
import { ownScrubber } from './own-scrubber.ts';
import { toAnswer } from './to-answer.ts';

export interface ErrorHandling {
  readonly logger: Logger;
  readonly scrub: (text: string) => string;
  /** How long a body may go on coming after its refusal, in ms. */
  readonly lingerMs?: number;
}

/** So much of a stranger's body is read and thrown away, so that its sender hears the answer; more is not. */
const DRAIN_LIMIT_BYTES = 65_536;
const DEFAULT_LINGER_MS = 5_000;

/** Answers whatever is thrown, in the envelope of the API that was called. */
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
    logger.error({ err: error, ...where }, 'a request failed');
  }
  if (request.caller === null) await partFrom(request, reply, lingerMs);
  else if (answer.code === 'too_slow') reply.header('connection', 'close');
  else hearOut(request, reply, lingerMs);
  await send(answer, request, reply);
}

/**
 * Strangers are not kept: each of their connections is one less for callers. A short body is waited for and thrown away,
 * or its sender would not hear the answer; a long one is not.
 */
async function partFrom({ raw, headers }: FastifyRequest, reply: FastifyReply, lingerMs: number): Promise<void> {
  const isToCome = !raw.complete && !raw.readableEnded && Number(headers['content-length'] ?? 0) > 0;
  if (isToCome && !isLong(headers)) await thrownAway(raw, lingerMs);
  reply.header('connection', 'close');
}

/** Resolves when all of a body has come, its sender is gone, or the time is over. */
function thrownAway(raw: FastifyRequest['raw'], lingerMs: number): Promise<void> {
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

/** A caller may send on what nobody keeps any more, for a while: it should hear why. */
function hearOut({ raw }: FastifyRequest, reply: FastifyReply, lingerMs: number): void {
  if (raw.complete) return;
  const timer = setTimeout(() => void raw.destroy(), lingerMs).unref();
  raw.once('close', () => clearTimeout(timer));
  // Fastify would hang up at once.
  reply.removeHeader('connection');
  raw.resume();
}

function send(answer: ErrorAnswer, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (answer.code === 'unauthorized') reply.header('www-authenticate', 'Bearer realm="kieq"');
  if (answer.retryAfterS !== undefined) reply.header('retry-after', String(answer.retryAfterS));
  // Also where the route would have answered something else, such as a file.
  return reply.code(answer.status).type('application/json; charset=utf-8').send(errorBody(request.url, answer));
}

function isLong(headers: FastifyRequest['headers']): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > DRAIN_LIMIT_BYTES;
}
