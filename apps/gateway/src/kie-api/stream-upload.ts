import fastifyMultipart, { type MultipartFile } from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ApiError, invalid } from '../api-error.ts';
import type { GatewayDeps } from '../deps.ts';
import { fileSchema } from '../error-responses.ts';
import { route } from '../routes.ts';
import { UPLOAD_LIMIT_BYTES } from '@kieq/queue';
import type { FormTurns } from '../v1/form-turns.ts';
import { bytesOf, MULTIPART_OPTIONS, watchSender, type FormLimits } from '../v1/upload-form.ts';
import { uploadedSchema, uploadFields, type Arrived, type KeepArrived } from './upload-answer.ts';

/** Longest part of the form that is not the image, in bytes. */
const TEXT_LIMIT_BYTES = 8192;
const IMAGE = 'file';

const form = z
  .object({ [IMAGE]: fileSchema.describe('A whole JPEG, PNG or WebP image of at most 10 MB'), ...uploadFields })
  .meta({ id: 'KieStreamUpload' });

/** POST /api/file-stream-upload: an image as part of a form. */
export async function streamUploadRoute(
  app: FastifyInstance,
  { settings }: GatewayDeps,
  { turns, keep }: { readonly turns: FormTurns; readonly keep: KeepArrived },
): Promise<void> {
  await app.register(fastifyMultipart, MULTIPART_OPTIONS);
  route(app, {
    method: 'POST',
    url: '/api/file-stream-upload',
    schema: {
      operationId: 'kieUploadStream',
      summary: 'Upload an image as a form',
      tags: ['kie'],
      body: { 'multipart/form-data': form },
      response: { 200: uploadedSchema },
    },
    errors: ['quota_exceeded'],
    handler: ({ request, reply }) => {
      if (!request.isMultipart())
        throw new ApiError('unsupported_media_type', 'This route takes multipart/form-data with the part `file`.');
      return turns.run(request, 1, async () => keep(request, reply, await readForm(request, settings.limits)));
    },
  });
}

/** @throws ApiError */
async function readForm(request: FastifyRequest, limits: FormLimits): Promise<Arrived> {
  const { pace, late } = watchSender(request.raw, limits);
  try {
    return await Promise.race([readParts(request), late]);
  } catch (error) {
    if (error instanceof ApiError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ApiError('unreadable_body', `The form cannot be read: ${reason}. Nothing was kept.`, { cause: error });
  } finally {
    pace.end();
  }
}

/** In any order; parts that Kie does not know are ignored. */
async function readParts(request: FastifyRequest): Promise<Arrived> {
  const fields: Record<string, unknown> = {};
  let bytes: Buffer | undefined;
  for await (const part of request.files()) {
    const name = part.fieldname;
    if (name === IMAGE && bytes !== undefined) throw refused('must be given once', 'twice');
    if (name === IMAGE) bytes = await bytesOf(part, UPLOAD_LIMIT_BYTES);
    else if (Object.hasOwn(uploadFields, name)) fields[name] = (await bytesOf(part, TEXT_LIMIT_BYTES)).toString('utf8');
    else await skip(part);
  }
  if (bytes === undefined) throw refused('must be a part of the form', 'undefined');
  return { bytes, field: IMAGE, fields };
}

async function skip({ file }: MultipartFile): Promise<void> {
  for await (const chunk of file) void chunk;
}

function refused(rule: string, received: string): ApiError {
  return invalid([{ field: IMAGE, rule, received }]);
}
