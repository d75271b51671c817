import { z } from 'zod';
import { GENERATION_ID } from '../openapi/examples.ts';
import { wordSchema } from '../word-schema.ts';

/** Epoch seconds, as in all of OpenAI's API. */
const seconds = z.int().describe('Unix seconds');

/** A generation in OpenAI's shape. */
export const videoSchema = z
  .object({
    id: z.string().describe('Id of the generation'),
    object: z.literal('video'),
    model: z.string().describe("Kie's name"),
    status: wordSchema(['queued', 'in_progress', 'completed', 'failed']),
    progress: z
      .number()
      .describe('0 queued, 10 submitting, 50 generating, 90 saving, 100 ended: a step, no measurement'),
    created_at: seconds,
    completed_at: seconds.nullable(),
    expires_at: seconds.nullable().describe('When a result that is not archived is assumed to expire at Kie'),
    seconds: z.string().nullable().describe('Length that Kie is asked for; null if the model decides'),
    size: z.string().nullable().describe('Width and height by resolution and aspect ratio; null if the model decides'),
    prompt: z.string().nullable(),
    error: z.object({ code: z.string(), message: z.string() }).meta({ id: 'OpenAiVideoFailure' }).nullable(),
    remixed_from_video_id: z.null(),
  })
  .meta({
    id: 'OpenAiVideo',
    examples: [
      {
        id: GENERATION_ID,
        object: 'video' as const,
        model: 'kling-2.6/image-to-video',
        status: 'queued',
        progress: 0,
        created_at: 1_795_478_869,
        completed_at: null,
        expires_at: null,
        seconds: '5',
        size: null,
        prompt: 'a slow pan',
        error: null,
        remixed_from_video_id: null,
      },
    ],
  });
export type Video = z.infer<typeof videoSchema>;

const EXAMPLE_REQUEST = { model: 'kling-2.6/image-to-video', prompt: 'a slow pan', seconds: '5' };
const reference = z
  .object({ image_url: z.string().optional(), file_id: z.string().optional() })
  .meta({ id: 'OpenAiImageReference' });
const shared = {
  model: z.string().describe('Name of a Kie model; `GET /v1/models` lists them'),
  prompt: z.string(),
  seconds: z.union([z.string(), z.number()]).optional().describe('The nearest length that the model has is chosen'),
  size: z
    .string()
    .optional()
    .describe('`<width>x<height>`: the nearest resolution and aspect ratio that the model has'),
  sound: z.union([z.boolean(), z.string()]).optional().describe("Not OpenAI's: whether the clip has sound"),
};

/** Documents the JSON body that `readAsked` takes. */
export const createVideoBody = z
  .object({
    ...shared,
    input_reference: z
      .union([z.string(), reference])
      .optional()
      .describe('The image: its link or data URL, also as `image_url` of an object'),
  })
  .meta({
    id: 'OpenAiCreateVideo',
    examples: [{ ...EXAMPLE_REQUEST, input_reference: 'https://example.com/cat.jpg' }],
  });

/** Documents the form that `videoForm` takes. */
export const createVideoForm = z
  .object({
    ...shared,
    input_reference: z
      .string()
      .meta({ format: 'binary', contentMediaType: 'application/octet-stream' })
      .optional()
      .describe('The image: JPEG, PNG or WebP by content, at most 10 MB. Or text: `input_reference[image_url]`'),
  })
  .meta({ id: 'OpenAiCreateVideoForm', examples: [EXAMPLE_REQUEST] });

export const videoListSchema = z
  .object({
    object: z.literal('list'),
    data: z.array(videoSchema),
    first_id: z.string().nullable(),
    last_id: z.string().nullable().describe('`after` of the next page'),
    has_more: z.boolean(),
  })
  .meta({
    id: 'OpenAiVideoList',
    examples: [{ object: 'list' as const, data: [], first_id: null, last_id: null, has_more: false }],
  });

export const deletedVideoSchema = z
  .object({
    id: z.string(),
    object: z.literal('video.deleted'),
    deleted: z
      .boolean()
      .describe('Whether it was cancelled. False for a generation that has ended: nothing is removed'),
  })
  .meta({
    id: 'OpenAiDeletedVideo',
    examples: [{ id: GENERATION_ID, object: 'video.deleted' as const, deleted: true }],
  });

/** Any text: a malformed id is answered with 404, as an unknown one. */
export const videoParams = z.object({ id: z.string().describe('Id of the generation, `gen_…`') });
