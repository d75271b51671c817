import { parseJsonText, UPLOAD_LIMIT_BYTES } from '@kieq/queue';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ApiError, invalid } from '../api-error.ts';
import type { GatewayDeps } from '../deps.ts';
import { parseCaller } from '../problems.ts';
import { readBody } from '../read-body.ts';
import { charsetOf, jsonText } from '../read-json.ts';
import { route } from '../routes.ts';
import type { FormTurns } from '../v1/form-turns.ts';
import { uploadedSchema, uploadFields, type Arrived, type KeepArrived } from './upload-answer.ts';

const FIELD = 'base64Data';
/** The largest image as Base64, with room for line breaks and the other fields. */
const BODY_LIMIT_BYTES = Math.ceil((UPLOAD_LIMIT_BYTES * 4) / 3) + 1024 * 1024;
/** Such a body is in memory as bytes, text, value and image: as much as this many forms. */
const MOST_WEIGHT = 5;
const BYTES_PER_WEIGHT = BODY_LIMIT_BYTES / MOST_WEIGHT;
/** Quotes and brackets of a body: Base64 has none, and a few short fields have few. */
const MOST_MARKS = 512;
const MARKS = new Set(Buffer.from('"[{'));
const RECEIVED_LIMIT = 60;

const bodySchema = z
  .object({
    [FIELD]: z
      .string('must be text')
      .describe('Base64 of a whole JPEG, PNG or WebP image of at most 10 MB, or a data URL'),
    ...uploadFields,
  })
  .meta({ id: 'KieBase64Upload', examples: [{ [FIELD]: 'data:image/png;base64,iVBORw0KGgo…', uploadPath: 'images' }] });

/** POST /api/file-base64-upload: an image as text within JSON. */
export function base64UploadRoute(
  app: FastifyInstance,
  { settings }: GatewayDeps,
  { turns, keep }: { readonly turns: FormTurns; readonly keep: KeepArrived },
): void {
  // Read in its turn, and not before the handler runs.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  route(app, {
    method: 'POST',
    url: '/api/file-base64-upload',
    bodyLimitBytes: BODY_LIMIT_BYTES,
    schema: {
      operationId: 'kieUploadBase64',
      summary: 'Upload an image as Base64',
      tags: ['kie'],
      body: bodySchema,
      response: { 200: uploadedSchema },
    },
    errors: ['quota_exceeded'],
    handler: ({ request, reply }) =>
      turns.run(request, weightOf(request), async () => keep(request, reply, await read(request, settings.limits))),
  });
}

function weightOf({ headers }: FastifyRequest): number {
  const length = headers['content-length'] === undefined ? BODY_LIMIT_BYTES : Number(headers['content-length']);
  return Math.max(1, Math.min(MOST_WEIGHT, Math.ceil(length / BYTES_PER_WEIGHT)));
}

/** @throws ApiError */
async function read(request: FastifyRequest, limits: GatewayDeps['settings']['limits']): Promise<Arrived> {
  const rules = { deadlineMs: limits.formMs, limits, keep: () => undefined };
  const body = await readBody(request, request.raw, rules);
  refuseManyValues(body);
  const fields = objectOf(jsonText(body, charsetOf(request)));
  const { [FIELD]: text } = parseCaller(z.object({ [FIELD]: bodySchema.shape[FIELD] }), { [FIELD]: fields[FIELD] });
  const { [FIELD]: _image, ...others } = fields;
  return { bytes: decoded(text), field: FIELD, fields: others };
}

/** Parsed, a body of many small values takes ten times its size. */
function refuseManyValues(body: Buffer): void {
  let marks = 0;
  for (const byte of body) if (MARKS.has(byte)) marks += 1;
  if (marks > MOST_MARKS)
    throw invalid([{ field: '', rule: `must have only ${FIELD}, uploadPath and fileName`, received: 'many values' }]);
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return z.record(z.string(), z.unknown()).parse(parseJsonText(text));
  } catch (error) {
    throw new ApiError('unreadable_body', 'The body must be a JSON object. Nothing was kept.', { cause: error });
  }
}

const DATA_URL = /^data:[^,]{0,200};base64,/i;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/** @throws ApiError `invalid_request`, `body_too_large` */
function decoded(given: string): Buffer {
  const prefix = DATA_URL.exec(given.slice(0, 300))?.[0] ?? '';
  const text = given.slice(prefix.length).replaceAll(/\s+/g, '');
  if (!BASE64.test(text)) {
    const received = JSON.stringify(given.slice(0, RECEIVED_LIMIT));
    throw invalid([{ field: FIELD, rule: 'must be Base64, alone or in a data URL', received }]);
  }
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length > UPLOAD_LIMIT_BYTES)
    throw new ApiError('body_too_large', `${FIELD} must have at most ${UPLOAD_LIMIT_BYTES} bytes (10 MB) as an image`);
  return bytes;
}
