import { optionsSchema } from '@kieq/queue';
import { z } from 'zod';
import { CREATE_REQUESTS } from '../openapi/create-requests.ts';
import { CREATE_GENERATION } from '../openapi/examples.ts';
import { easySchema } from './easy.ts';
import { IMAGE_LIMIT } from './upload-form.ts';
import { waitQuery } from './waiting.ts';

/** Most items of a batch. */
export const BATCH_LIMIT = 1000;

const notPassedOn = {
  progressCallBackUrl: z.unknown().optional().describe('Not passed on to Kie; the response has a warning'),
};

/** Parameters of a create call; others are ignored. */
export const createQuery = z.object({
  validate: z
    .enum(['warn', 'strict'])
    .default('warn')
    .describe(
      'What becomes of a difference from the catalogue of models: `warn` reports it in `warnings`, `strict` refuses ' +
        'the request before it is queued. The catalogue can be wrong, so `warn` is the default',
    ),
});

/** Those of a single creation. */
export const createOneQuery = createQuery.extend(waitQuery);

/** Documents the body that `checkCreation` takes. */
export const createBody = z
  .union([
    ...CREATE_REQUESTS.map(({ name, shape }) =>
      z.strictObject({ ...shape, ...optionsSchema.shape, ...notPassedOn }).meta({ id: `${name}Generation` }),
    ),
    // Of the model's own fields it has those alone that `easy` has not.
    z
      .strictObject({
        model: z.string().min(1),
        input: z.record(z.string(), z.unknown()),
        easy: easySchema,
        ...optionsSchema.shape,
        ...notPassedOn,
      })
      .meta({ id: 'EasyGeneration' }),
  ])
  .meta({
    id: 'CreateGeneration',
    description:
      'The body of createTask and options. Unknown fields are refused. An option that is null or "" counts as absent',
    examples: [CREATE_GENERATION],
  });

const image = z.string().meta({ format: 'binary', contentMediaType: 'application/octet-stream' });

/** Documents the form that `readUploadForm` takes. */
export const createForm = z
  .object({
    request: z
      .string()
      .meta({ contentMediaType: 'application/json', description: 'The JSON body of the call; must be the first part' }),
    image_urls: z
      .array(image)
      .max(IMAGE_LIMIT)
      .optional()
      .describe(
        `Images, appended to input.image_urls. A part with another name sets that field of the input. ` +
          `JPEG, PNG or WebP by content, at most 10 MB each, at most ${IMAGE_LIMIT} in total`,
      ),
  })
  .meta({ id: 'CreateGenerationForm', examples: [{ request: JSON.stringify(CREATE_GENERATION) }] });

/** Items are checked one by one, each with its own outcome. */
export const batchBody = z.strictObject({ items: z.array(z.unknown()).min(1).max(BATCH_LIMIT) });
/** Documents `batchBody`. */
export const batchDoc = z
  .strictObject({ items: z.array(createBody).min(1).max(BATCH_LIMIT) })
  .meta({ id: 'BatchRequest', examples: [{ items: [CREATE_GENERATION] }] });
