import { z } from 'zod';
import { isAbsent } from '@kieq/kie';
import { invalid } from '../api-error.ts';
import { parseCaller, refuseEndless } from '../problems.ts';
import { problem } from '../v1/creation-problem.ts';
import { objectOf, type JsonObject } from '../v1/creation.ts';
import { ignoredNames, type Warning } from '../warnings.ts';

/** What a caller of `POST /v1/videos` asks for. */
export interface Asked {
  readonly model: string;
  readonly prompt?: string;
  readonly seconds?: number;
  readonly size?: string;
  readonly sound?: boolean;
  /** Link, data URL, or address of an upload of this call. */
  readonly image?: string;
}

const fieldsSchema = z.object({
  model: z.unknown().optional(),
  prompt: z.string('must be text').optional(),
  seconds: z
    .union([z.number(), z.string().regex(/^\d{1,4}(\.\d{1,3})?$/)], 'must be a number of seconds, such as "8"')
    .transform(Number)
    .optional(),
  size: z.string('must be text, such as "1280x720"').optional(),
  sound: z
    .union([z.boolean(), z.enum(['true', 'false'])], 'must be true or false')
    .transform((value) => value === true || value === 'true')
    .optional(),
  input_reference: z.unknown().optional(),
});
const FIELDS = new Set(Object.keys(fieldsSchema.shape));
const referenceSchema = z.object({ image_url: z.string().optional(), file_id: z.unknown().optional() });

/** OpenAI's own models: Kie has none of these names, and none of kieq's models is their equal. */
const OPENAI_MODEL = /^sora-2(-pro)?(-\d{4}-\d{2}-\d{2})?$/;
const MODEL_RULE =
  'must be the name of a Kie model, such as "kling-2.6/image-to-video" or "veo-3-1"; GET /v1/models lists them, and kieq has no default model';

/**
 * Reads the fields of a body or form. Fields that OpenAI's API does not have are ignored with a warning.
 * @throws ApiError `invalid_request`
 */
export function askedOf(body: unknown): { readonly asked: Asked; readonly warnings: readonly Warning[] } {
  refuseEndless(body, 'body');
  const fields = objectOf(body, '');
  const { model, prompt, seconds, size, sound, input_reference: reference } = parseCaller(fieldsSchema, fields);
  if (typeof model !== 'string' || isAbsent(model) || OPENAI_MODEL.test(model))
    throw invalid([problem('model', MODEL_RULE, model)]);
  const image = imageOf(reference);
  return {
    asked: {
      model,
      ...(prompt === undefined ? {} : { prompt }),
      ...(seconds === undefined ? {} : { seconds }),
      ...(size === undefined ? {} : { size }),
      ...(sound === undefined ? {} : { sound }),
      ...(image === undefined ? {} : { image }),
    },
    warnings: ignoredNames(Object.keys(fields).filter((name) => !FIELDS.has(name) && !isAbsent(fields[name]))),
  };
}

/** @throws ApiError `invalid_request` */
function imageOf(reference: unknown): string | undefined {
  if (isAbsent(reference)) return undefined;
  const { data } = referenceSchema.safeParse(typeof reference === 'string' ? { image_url: reference } : reference);
  if (data?.image_url !== undefined && !isAbsent(data.image_url)) {
    if (!/^(https?:\/\/|data:)/i.test(data.image_url))
      throw invalid([
        problem('input_reference', 'must be a file, an http or https link, or a data URL', data.image_url),
      ]);
    return data.image_url;
  }
  const rule = 'must be a file, or an object with image_url; this gateway has no files, so file_id names none';
  throw invalid([problem('input_reference', rule, reference)]);
}

const DATA_URL = /^data:[\w.+/-]{0,100}(;[\w=.-]{1,100})*;base64,/i;

/**
 * The bytes of a data URL; undefined for a link.
 * @throws ApiError `invalid_request` for a data URL that is not base64
 */
export function dataUrlBytes(image: string): Buffer | undefined {
  if (!/^data:/i.test(image)) return undefined;
  const head = DATA_URL.exec(image.slice(0, HEAD_LIMIT))?.[0];
  if (head === undefined)
    throw invalid([problem('input_reference', 'must be base64 if it is a data URL', image.slice(0, HEAD_LIMIT))]);
  return Buffer.from(image.slice(head.length), 'base64');
}

const HEAD_LIMIT = 300;

/** The same fields with another image, for a data URL that became an upload. */
export function withImage(fields: JsonObject, image: string): JsonObject {
  return { ...fields, input_reference: image };
}
