import fastifyMultipart from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';
import type { Enqueued } from '@kieq/producer';
import { audit } from '../audit.ts';
import { outcomeOf } from '../create-outcome.ts';
import type { GatewayDeps } from '../deps.ts';
import { json } from '../error-responses.ts';
import { idempotencyHeaders, idempotencyKeyOf } from '../idempotency-key.ts';
import { ownScrubber } from '../own-scrubber.ts';
import { route, type Call } from '../routes.ts';
import { createWithImages } from '../v1/create-with-images.ts';
import { enqueueCreation } from '../v1/create.ts';
import { checkCreation, objectOf, type JsonObject } from '../v1/creation.ts';
import type { Forms } from '../v1/form-turns.ts';
import { KeptImages } from '../v1/kept-images.ts';
import { MULTIPART_OPTIONS } from '../v1/upload-form.ts';
import { visibleRecord } from '../v1/visible.ts';
import { headerText, WARNINGS_HEADER, type Warning } from '../warnings.ts';
import { askedOf, dataUrlBytes, withImage } from './asked.ts';
import { keyOfCall } from './repeated-calls.ts';
import { createVideoBody, createVideoForm, videoSchema, type Video } from './schemas.ts';
import { translate } from './to-request.ts';
import { videoForm } from './video-form.ts';
import { videoOf } from './video-view.ts';

/** Owner of what an operator creates, as in the native API. */
const DEFAULT_TENANT = 'default';
type CreateCall = Call<unknown, unknown>;

/** `POST /v1/videos`. */
export async function createVideoRoute(app: FastifyInstance, deps: GatewayDeps, forms: Forms): Promise<void> {
  await app.register(async (scope) => {
    // Registered in this scope only: every other route refuses forms.
    await scope.register(fastifyMultipart, MULTIPART_OPTIONS);
    route(scope, {
      method: 'POST',
      url: '/v1/videos',
      schema: {
        operationId: 'openAiCreateVideo',
        summary: "Create a video in OpenAI's shape",
        description:
          "`seconds`, `size` and `input_reference` become the model's own fields; `X-Kieq-Warnings` names what changed.",
        tags: ['openai'],
        headers: idempotencyHeaders,
        body: { 'application/json': createVideoBody, 'multipart/form-data': createVideoForm },
        response: { 200: json('Created, or found by its idempotency key', videoSchema) },
      },
      errors: ['idempotency_conflict'],
      handler: (call) => createVideo(deps, call, forms),
    });
  });
}

async function createVideo(deps: GatewayDeps, call: CreateCall, forms: Forms): Promise<Video> {
  const { request, caller } = call;
  const { id, created } = await createFrom(deps, call, forms).catch((error: unknown) => {
    deps.metrics.created.inc({ api: 'openai', outcome: outcomeOf(error) });
    throw error;
  });
  deps.metrics.created.inc({ api: 'openai', outcome: created ? 'created' : 'exists' });
  if (created) audit(deps, request, 'create', [id]);
  const [record, nowMs] = await Promise.all([visibleRecord(deps, caller, id), deps.ledger.read.now()]);
  return videoOf(record, nowMs);
}

async function createFrom(deps: GatewayDeps, call: CreateCall, forms: Forms): Promise<Enqueued> {
  const { request, caller } = call;
  const tenant = caller.tenant ?? DEFAULT_TENANT;
  const images = new KeptImages(deps);
  const fields = request.isMultipart() ? await forms.read(request, videoForm(tenant), images) : objectOf(call.body, '');
  return createWithImages(deps, images, async () => {
    const kept = await withKeptImage(fields, images, tenant);
    if (images.addresses.size > 0) await forms.nameStore();
    return enqueue(deps, call, { fields: kept, images, tenant });
  });
}

/** An image inside the request becomes an upload, as a file does. */
async function withKeptImage(fields: JsonObject, images: KeptImages, tenant: string): Promise<JsonObject> {
  const { image } = askedOf(fields).asked;
  const bytes = image === undefined ? undefined : dataUrlBytes(image);
  return bytes === undefined ? fields : withImage(fields, await images.keep('input_reference', tenant, bytes));
}

interface Sent {
  readonly fields: JsonObject;
  readonly images: KeptImages;
  readonly tenant: string;
}

async function enqueue(deps: GatewayDeps, call: CreateCall, { fields, images, tenant }: Sent): Promise<Enqueued> {
  const { request, reply, caller } = call;
  const { settings, scrub } = deps;
  const { asked, warnings } = askedOf(fields);
  const translated = translate(asked);
  const context = {
    caller,
    allowPrivateUrls: settings.allowPrivateUrls,
    uploads: images.addresses,
    headerKey: idempotencyKeyOf(request),
  };
  // Refused requests must not leave a key for repetitions.
  const checked = checkCreation({ ...translated.request }, context);
  const all: Warning[] = [...warnings, ...translated.warnings, ...checked.warnings];
  if (all.length > 0) reply.header(WARNINGS_HEADER, headerText(all, ownScrubber(request, scrub)));
  const key = checked.options.idempotencyKey ?? (await keyOfCall(deps, request, { tenant, sent: asked }));
  const options = key === undefined ? checked.options : { ...checked.options, idempotencyKey: key };
  // A repeated call is the same generation even if a newer version translates it otherwise.
  return enqueueCreation(deps, { request: checked.request, options, sent: { openai: asked } });
}
