import type { IncomingMessage } from 'node:http';
import type { CallbackReply } from '@kieq/ledger';
import { followCallback, hashAttemptToken } from '@kieq/queue';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ApiError, type ApiErrorCode } from '../api-error.ts';
import type { Bodies } from '../bodies.ts';
import type { GatewayDeps } from '../deps.ts';
import { charsetOf } from '../read-json.ts';
import { TASK_ID } from '../openapi/examples.ts';
import { documented } from '../routes.ts';
import { createCallbackAuth, noSuchAddress } from './auth.ts';
import { readCallback, signatureProblem } from './read-callback.ts';

const URL = '/callbacks/kie/:generation/:token';

const paramsSchema = z.object({
  generation: z.string().describe('Id of the generation'),
  token: z.string().describe('Secret of one attempt; part of its callback address only'),
});

/** Kie expects this response within 15 s. */
const TAKEN = { code: 200, msg: 'success' } as const;
const takenSchema = z
  .object({ code: z.literal(200), msg: z.literal('success') })
  .meta({ id: 'CallbackRecorded', description: 'The callback is recorded', examples: [TAKEN] });

/** Documents what `readCallback` takes; everything else in it is ignored. */
const kieCallback = z
  .looseObject({ data: z.looseObject({ taskId: z.string().optional().describe('Id of the task at Kie') }).optional() })
  .meta({ id: 'KieCallback', examples: [{ code: 200, msg: 'success', data: { taskId: TASK_ID } }] });

const DOCUMENT = {
  operationId: 'receiveKieCallback',
  summary: 'Receive the callback of Kie for a task',
  description:
    'Only Kie calls this route. The callback only triggers a poll; the verdict always comes from recordInfo.',
  tags: ['operations'],
  params: paramsSchema,
  body: kieCallback,
  response: { 200: takenSchema },
};
const ERRORS: readonly ApiErrorCode[] = ['not_found'];
/** Errors of a body that is unreadable, too large or too slow. */
const MALFORMED = new Set<unknown>(['unreadable_body', 'body_too_large', 'too_slow']);

/**
 * Route at which Kie reports the end of a task (docs/architecture/callbacks.md#callbacks-of-kie). The secret address
 * replaces the bearer key: a request to an unknown address is refused before its body is read. The content of a
 * callback is never trusted (G6): the gateway records it in the ledger, answers, and then schedules the next poll of
 * the task earlier.
 */
export async function callbackRoutes(app: FastifyInstance, deps: GatewayDeps, bodies: Bodies): Promise<void> {
  const { callbackBytes, callbackBodyMs } = deps.settings.limits;
  const admit = createCallbackAuth(deps);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (request: FastifyRequest, payload: IncomingMessage) =>
    bodies.read(request, payload, callbackBodyMs),
  );
  // The body must be JSON, whatever content type the sender declares.
  app.addHook('onRequest', (request, _reply, done) => {
    request.raw.headers['content-type'] = 'application/json';
    done();
  });
  app.addHook('onError', (_request, _reply, error, done) => {
    if (error instanceof ApiError && MALFORMED.has(error.code)) deps.metrics.callbacks.inc({ outcome: 'malformed' });
    done();
  });
  const onRequest = async (request: FastifyRequest): Promise<void> => {
    const { generation, token } = paramsSchema.parse(request.params);
    await admit(request, generation, token);
  };
  const schema = { ...documented(URL, DOCUMENT, ERRORS), security: [] };
  app.post(URL, { config: { open: true }, bodyLimit: callbackBytes, schema, onRequest }, async (request, reply) => {
    const { generation, token } = paramsSchema.parse(request.params);
    const judged = await take(deps, request, generation, token);
    void reply.send(TAKEN);
    // The callback is in the ledger. The step below saves time; without it the sweeper does the same later.
    followCallback(deps.queues, deps.timings, generation, judged).catch((error: unknown) =>
      deps.logger.warn({ err: error, generation }, 'A recorded callback could not trigger a poll; the sweeper will.'),
    );
    return reply;
  });
}

/** @throws ApiError `unreadable_body`, `unauthorized`, `not_found` */
async function take(deps: GatewayDeps, request: FastifyRequest, id: string, token: string): Promise<CallbackReply> {
  const { metrics, settings, timings } = deps;
  const callback = readCallback(request.body, Date.now(), charsetOf(request));
  if (callback === undefined) throw new ApiError('unreadable_body', 'The body must be a JSON object.');
  const problem = signatureProblem(callback, request.headers, settings.kieWebhookHmacKey, Date.now());
  if (problem !== undefined) {
    metrics.callbacks.inc({ outcome: problem });
    throw new ApiError('unauthorized', `The signature is ${problem === 'stale' ? 'too old' : 'wrong'}.`);
  }
  const judged = await deps.ledger.callback({
    id,
    // Only hashes are compared: a sender cannot choose a hash, so the duration reveals nothing about the token.
    tokenHash: hashAttemptToken(token),
    vehicleCheckMs: timings.vehicleCheckMs,
    ...(callback.taskId === undefined ? {} : { taskId: callback.taskId }),
  });
  metrics.callbacks.inc({ outcome: outcomeOf(judged) });
  // The attempt was purged after the address was checked.
  if (judged.kind === 'missing' || judged.kind === 'unknown_attempt') throw noSuchAddress();
  if (callback.ageMs !== undefined) metrics.callbackAgeSeconds.observe(callback.ageMs / 1000);
  return judged;
}

function outcomeOf(judged: CallbackReply): string {
  switch (judged.kind) {
    case 'calledBack':
      return judged.foreign ? 'foreign' : 'hinted';
    case 'settled':
      return judged.foreign ? 'foreign' : 'settled';
    case 'missing':
    case 'unknown_attempt':
      return 'unknown';
    case 'claimed':
    case 'no_task':
    case 'too_many':
      return judged.kind;
    default:
      return judged satisfies never;
  }
}
