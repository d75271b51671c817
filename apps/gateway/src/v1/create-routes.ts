import fastifyMultipart from '@fastify/multipart';
import { createResultLinks } from '@kieq/queue';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { ApiError, invalid } from '../api-error.ts';
import { audit } from '../audit.ts';
import { outcomeOf } from '../create-outcome.ts';
import type { GatewayDeps } from '../deps.ts';
import type { ErrorAnswer } from '../envelope.ts';
import { json } from '../error-responses.ts';
import { idempotencyHeaders, idempotencyKeyOf } from '../idempotency-key.ts';
import { ownScrubber } from '../own-scrubber.ts';
import { parseCaller } from '../problems.ts';
import { GENERATION_ID } from '../openapi/examples.ts';
import { route, type Call } from '../routes.ts';
import { toAnswer } from '../to-answer.ts';
import { blankKeyHeader } from '../warnings.ts';
import { batchResultSchema, createMany } from './batch.ts';
import {
  BATCH_LIMIT,
  batchBody,
  batchDoc,
  createBody,
  createForm,
  createOneQuery,
  createQuery,
} from './create-forms.ts';
import { count, createdSchema, createOne, type Created } from './create.ts';
import { problem } from './creation-problem.ts';
import { checkCreation, type CreationContext } from './creation.ts';
import type { Forms } from './form-turns.ts';
import { createWithImages } from './create-with-images.ts';
import { KeptImages } from './kept-images.ts';
import { MULTIPART_OPTIONS, uploadForm } from './upload-form.ts';
import { viewOf, viewSchema, type View } from './view.ts';
import type { Waiting } from './waiting.ts';

type CreateQuery = z.output<typeof createQuery>;
type CreateCall = Call<unknown, z.output<typeof createOneQuery>>;
type Waiter = Pick<CreateCall, 'request' | 'caller' | 'query'>;

const createdOneSchema = createdSchema
  .extend({ generation: viewSchema.optional().describe('With `wait`: the generation when the response comes') })
  .meta({ id: 'CreatedGeneration', examples: [{ id: GENERATION_ID, created: true, state: 'queued' }] });

/** Longest batch: 1000 items of 4 KB each. Hostile JSON takes ten times the size of its text when parsed. */
const BATCH_BODY_BYTES = 4 * 1024 * 1024;

/** `POST /v1/generations` and `POST /v1/generations/batch`. */
export async function createRoutes(
  app: FastifyInstance,
  deps: GatewayDeps,
  { waiting, forms }: { readonly waiting: Waiting; readonly forms: Forms },
): Promise<void> {
  const links = createResultLinks({ ledger: deps.ledger, store: deps.archive });
  /** With `wait`, the generation as it is when the response comes; nothing where that cannot be read. */
  const endOf = async (call: Waiter, { id }: Created): Promise<{ generation?: View }> => {
    if (call.query.wait === 0) return {};
    try {
      await waiting.untilEnd(call, id);
      const record = await deps.ledger.read.generation(id);
      const isThere = record !== undefined && record.purgedAt === undefined;
      return isThere ? { generation: viewOf(record, await links.of(record)) } : {};
    } catch (error) {
      // The generation exists: an error would say that the call has failed.
      const level = error instanceof ApiError ? 'debug' : 'warn';
      deps.logger[level](
        { err: error, generation: id },
        'A create call does not wait; its response has no generation.',
      );
      return {};
    }
  };
  await app.register(async (scope) => {
    // Registered in this scope only: every other route refuses forms.
    await scope.register(fastifyMultipart, MULTIPART_OPTIONS);
    route(scope, {
      method: 'POST',
      url: '/v1/generations',
      schema: {
        operationId: 'createGeneration',
        summary: 'Create a generation',
        tags: ['generations'],
        headers: idempotencyHeaders,
        querystring: createOneQuery,
        body: { 'application/json': createBody, 'multipart/form-data': createForm },
        response: {
          200: json('The idempotency key or an equal request has already created the generation', createdOneSchema),
          201: json('Created; `Location` is the address of the generation', createdOneSchema),
        },
      },
      errors: ['idempotency_conflict'],
      handler: (call) => {
        // Nothing that waits holds the call itself: its body would stay in memory.
        const { request, caller, query } = call;
        return create(deps, call, forms).then(async (created) => ({
          ...created,
          ...(await endOf({ request, caller, query }, created)),
        }));
      },
    });
  });
  route(app, {
    method: 'POST',
    url: '/v1/generations/batch',
    schema: {
      operationId: 'createGenerations',
      summary: `Create up to ${BATCH_LIMIT} generations`,
      description: 'Every item has its own outcome, in the order of the items. An invalid item does not affect others.',
      tags: ['generations'],
      querystring: createQuery,
      body: batchDoc,
      response: { 200: batchResultSchema },
    },
    bodyLimitBytes: BATCH_BODY_BYTES,
    tooLarge: 'No generation was created. Split the items into several batches.',
    handler: (call) => createBatch(deps, call),
  });
}

async function createBatch(deps: GatewayDeps, { request, body, caller, query }: Call<unknown, CreateQuery>) {
  const { items } = parseCaller(batchBody, body);
  if (idempotencyKeyOf(request) !== undefined) {
    throw invalid([problem('Idempotency-Key', 'must not be given: each item has its own idempotencyKey', 'one')]);
  }
  const scrub = ownScrubber(request, deps.scrub);
  const answerOf = (error: unknown): ErrorAnswer => toAnswer(error, request.id, scrub);
  const answers = await createMany(deps, items, { ...contextOf(deps, caller, query), answerOf });
  const made = answers.flatMap((one) => (one.ok && one.created ? [one.id] : []));
  audit(deps, request, 'create', made);
  return { items: answers };
}

async function create(deps: GatewayDeps, call: CreateCall, forms: Forms): Promise<Created> {
  const { request, reply, caller, query } = call;
  const key = { headerKey: idempotencyKeyOf(request), headerWarnings: blankKeyHeader(request) };
  const context = { ...contextOf(deps, caller, query), ...key };
  try {
    const created = await (request.isMultipart()
      ? createFromForm(deps, call, context, forms)
      : createFrom(deps, call.body, context));
    if (created.created) audit(deps, request, 'create', [created.id]);
    return answer(reply, created);
  } catch (error) {
    count(deps, outcomeOf(error));
    throw error;
  }
}

function createFrom(deps: GatewayDeps, body: unknown, context: CreationContext): Promise<Created> {
  return createOne(deps, checkCreation(body, context));
}

async function createFromForm(
  deps: GatewayDeps,
  { request, caller }: Call<unknown, unknown>,
  context: CreationContext,
  { read, nameStore }: Forms,
): Promise<Created> {
  const images = new KeptImages(deps);
  const body = await read(request, uploadForm(caller), images);
  return createWithImages(deps, images, async () => {
    if (images.addresses.size > 0) await nameStore();
    return createFrom(deps, body, { ...context, uploads: images.addresses });
  });
}

function answer(reply: FastifyReply, created: Created): Created {
  reply.code(created.created ? 201 : 200).header('location', `/v1/generations/${created.id}`);
  return created;
}

function contextOf(
  { settings }: GatewayDeps,
  caller: CreationContext['caller'],
  { validate }: CreateQuery,
): CreationContext {
  return { caller, allowPrivateUrls: settings.allowPrivateUrls, isStrict: validate === 'strict' };
}
