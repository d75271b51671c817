import type { IncomingMessage } from 'node:http';
import type { CallbackReply } from '@kieq/ledger';
import { followCallback, hashAttemptToken } from '@kieq/queue';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ApiError, type ApiErrorCode } from '../api-error.ts';
import type { Bodies } from '../bodies.ts';
import type { GatewayDeps } from '../deps.ts';
import { charsetOf } from '../read-json.ts';
import { documented } from '../routes.ts';
import { createCallbackAuth, noSuchAddress } from './auth.ts';
import { readCallback, signatureProblem } from './read-callback.ts';

const URL = '/callbacks/kie/:generation/:token';

const paramsSchema = z.object({
  generation: z.string().describe('Id of the generation'),
  token: z.string().describe('The secret of one attempt, which only its callback address carries'),
});

/** As Kie expects it, within 15 s. */
const TAKEN = { code: 200, msg: 'success' } as const;
const takenSchema = z.object({ code: z.literal(200), msg: z.literal('success') }).describe('It is written down');

const DOCUMENT = {
  summary: "Kie's callback for a task",
  description: 'For Kie alone. Whatever it says, the verdict is asked of Kie.',
  tags: ['operations'],
  params: paramsSchema,
  response: { 200: takenSchema },
};
const ERRORS: readonly ApiErrorCode[] = ['not_found', 'too_slow', 'body_too_large', 'unsupported_media_type'];
/** Of the body: nobody can read it, or it did not come as it should. */
const MALFORMED = new Set<unknown>(['unreadable_body', 'body_too_large', 'too_slow']);

/**
 * Where Kie reports the end of a task (docs/architecture/callbacks.md#callbacks-of-kie). The address is the key: no bearer is
 * asked for, and whoever does not know an address is refused before its body is read. No callback is believed
 * (G6): it is counted in the ledger, answered, and then pulls the next look at the task forward.
 */
export async function callbackRoutes(app: FastifyInstance, deps: GatewayDeps, bodies: Bodies): Promise<void> {
  const { callbackBytes, callbackBodyMs } = deps.settings.limits;
  const admit = createCallbackAuth(deps);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (request: FastifyRequest, payload: IncomingMessage) =>
    bodies.read(request, payload, callbackBodyMs),
  );
  // JSON it must be, whatever its sender calls it.
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
    // The ledger has it; what follows is done for the sake of speed, and by the sweeper otherwise.
    followCallback(deps.queues, deps.timings, generation, judged).catch((error: unknown) =>
      deps.logger.warn({ err: error, generation }, 'a callback could not be followed at once'),
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
    throw new ApiError('unauthorized', problem === 'stale' ? 'The signature is too old.' : 'The signature is wrong.');
  }
  const judged = await deps.ledger.callback({
    id,
    // Only hashes are compared: how long that takes tells nothing about the token, whose hash nobody can choose.
    tokenHash: hashAttemptToken(token),
    vehicleCheckMs: timings.vehicleCheckMs,
    ...(callback.taskId === undefined ? {} : { taskId: callback.taskId }),
  });
  metrics.callbacks.inc({ outcome: outcomeOf(judged) });
  // Gone since the door was asked.
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
