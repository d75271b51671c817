import { createRequestSchema } from '@kieq/kie';
import { optionsSchema } from '@kieq/queue';
import { z } from 'zod';
import { IMAGE_LIMIT } from './upload-form.ts';

/** Most items of a batch. */
export const BATCH_LIMIT = 1000;

const notPassedOn = {
  progressCallBackUrl: z.unknown().optional().describe('Not passed on to Kie; the answer warns of it'),
};

/** For the documentation: what `checkCreation` takes. */
export const createBody = z
  .union(
    createRequestSchema.options.map(({ shape }) =>
      z.strictObject({ ...shape, ...optionsSchema.shape, ...notPassedOn }),
    ),
  )
  .describe(
    'The body of createTask with options beside it; unknown fields are refused. An option that is null or "" is absent',
  );

const image = z.string().meta({ contentMediaType: 'application/octet-stream' });

/** For the documentation: what `readUploadForm` takes. */
export const createForm = z.object({
  request: z
    .string()
    .meta({ contentMediaType: 'application/json', description: 'The JSON of the other form; must come first' }),
  image_urls: z
    .array(image)
    .max(IMAGE_LIMIT)
    .optional()
    .describe(
      `Images, appended to input.image_urls. A part of another name is put at that field of the input. ` +
        `JPEG, PNG or WebP by content, at most 10 MB each, at most ${IMAGE_LIMIT} together`,
    ),
});

/** Each item is checked for itself. */
export const batchBody = z.strictObject({ items: z.array(z.unknown()).min(1).max(BATCH_LIMIT) });
/** For the documentation. */
export const batchDoc = z.strictObject({ items: z.array(createBody).min(1).max(BATCH_LIMIT) });
