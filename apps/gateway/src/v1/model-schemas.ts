import { z } from 'zod';

/** Fields of a response may grow: what the catalogue knows is described, not restricted. */
const fact = z.union([z.string(), z.number(), z.boolean()]);

const imageSchema = z.object({
  field: z.string(),
  shape: z.string().describe('`text` takes one link, `list` a list of links, `objects` a list of objects with links'),
  role: z.string(),
  min: z.int(),
  max: z.int(),
});

const durationSchema = z.object({
  field: z.string().optional().describe('Absent if no field chooses the length'),
  options: z.array(z.union([z.string(), z.number()])).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  default: z.union([z.string(), z.number()]).optional(),
  fixedSeconds: z.number().optional(),
  followsInput: z.boolean().optional().describe('The clip is as long as its audio or video input'),
});

/** A model in the list. */
const modelFields = {
  id: z.string().describe('Name for `model` of a request'),
  family: z.string(),
  kind: z
    .string()
    .describe('What images are for: `frame`, `reference`, `avatar` (with audio) or `motion` (with a video)'),
  status: z.string(),
  images: z.array(imageSchema),
  sound: z.object({ field: z.string().optional(), always: z.boolean().optional() }),
  duration: durationSchema,
  resolution: z.object({ field: z.string(), options: z.array(z.string()), default: z.string().optional() }).optional(),
  strict: z.boolean().describe('Whether its input is always validated'),
};

const MODEL_EXAMPLE = {
  id: 'kling/v2-1-pro',
  family: 'kling',
  kind: 'frame',
  status: 'documented 2026-08-19',
  images: [{ field: 'image_url', shape: 'text', role: 'first frame', min: 1, max: 1 }],
  sound: {},
  duration: { field: 'duration', options: ['5', '10'], default: '5' },
  strict: false,
};

const modelSchema = z.object(modelFields).meta({ id: 'Model' });
export type Model = z.infer<typeof modelSchema>;

export const modelListSchema = z
  .object({ items: z.array(modelSchema) })
  .meta({ id: 'ModelList', examples: [{ items: [MODEL_EXAMPLE] }] });

const priceSchema = z.object({
  unit: z.string().describe('`video`: credits of a clip; `second`: credits of one second of it'),
  source: z.string().describe('Id in `sources`'),
  date: z.string().describe('Day on which the source had the price'),
  variants: z.array(
    z.object({ when: z.record(z.string(), z.union([fact, z.array(z.string()).readonly()])), credits: z.number() }),
  ),
  note: z.string().optional(),
});

/** Completion times that this pool has measured for one kind of request. */
const measuredSchema = z.object({
  kind: z.string().describe('Model, length in seconds and sound, as in `kling-2.6/image-to-video|5s|sound`'),
  count: z.int().optional().describe('Number of measured times, at most the last 200; for operators'),
  medianMs: z.number(),
  p90Ms: z.number(),
});

/** What Kie billed this pool for one kind of request. */
const learnedSchema = z.object({
  kind: z
    .string()
    .describe(
      'Model, length in seconds and the fields of the price list, as in `kling-3.0/video|5s|mode=std|sound=false`',
    ),
  credits: z.number().describe('Billed last; estimates use it'),
  count: z.int().optional().describe('Number of bills; for operators'),
  date: z.string().describe('Day of the last bill'),
  since: z.string().describe('Day since which it costs this, but for differences below 5 %'),
  before: z.number().optional().describe('The price before that day, if there was another one'),
  list: z.number().optional().describe('The price by the price list'),
});

const outcomesSchema = z.object({
  successes: z.int().optional().describe('For operators'),
  failures: z.int().optional().describe('For operators'),
  successRate: z.number().describe('From 0 to 1'),
});

const liveSchema = z.object({
  date: z.string().describe('Day on which it was read'),
  differences: z.array(z.string()).describe('What it says otherwise than the facts above'),
  price: z.string().optional().describe("Kie's text about the price"),
  schema: z.unknown().optional().describe("Kie's schema, as it came"),
});

/** Everything about one model. */
export const modelDetailsSchema = z
  .object({
    ...modelFields,
    inputSchema: z.record(z.string(), z.unknown()).describe('JSON Schema of `input`'),
    example: z.record(z.string(), z.unknown()).describe('An input that the model takes'),
    prices: z.array(priceSchema).describe('Newest first; empty if no price is known'),
    completion: z
      .array(measuredSchema)
      .describe('Measured by this pool; empty until a generation of the model has ended'),
    learned: z
      .array(learnedSchema)
      .describe('What Kie billed this pool, by kind of request; empty until a generation of the model has succeeded'),
    outcomes: outcomesSchema
      .nullable()
      .describe('How the last few hundred generations of the model ended in this pool; null if none has ended'),
    live: liveSchema
      .nullable()
      .describe("What Kie's own catalogue says; null if it was not read (`kieq models refresh`)"),
    notes: z.array(z.string()).describe('What the sources of the facts say differently'),
    sources: z.record(z.string(), z.object({ what: z.string(), date: z.string() })),
  })
  .meta({
    id: 'ModelDetails',
    examples: [
      {
        ...MODEL_EXAMPLE,
        inputSchema: { type: 'object' },
        example: { prompt: 'a slow pan', image_url: 'https://example.com/cat.jpg' },
        prices: [
          { unit: 'video', source: 'P2', date: '2026-09-20', variants: [{ when: { duration: '5' }, credits: 50 }] },
        ],
        completion: [{ kind: 'kling/v2-1-pro|5s', count: 200, medianMs: 151_000, p90Ms: 240_000 }],
        learned: [
          { kind: 'kling/v2-1-pro|5s', credits: 50, count: 212, date: '2026-11-30', since: '2026-11-28', list: 50 },
        ],
        outcomes: { successes: 211, failures: 3, successRate: 0.986 },
        live: { date: '2026-11-29', differences: ['input.camera is new'], price: '50 credits per video' },
        notes: [],
        sources: { A: { what: "Kie's OpenAPI documents", date: '2026-08-19' } },
      },
    ],
  });
export type ModelDetails = z.infer<typeof modelDetailsSchema>;

const estimateSchema = z.object({
  low: z.number().describe('Credits'),
  high: z.number().nullable().describe('Credits; null if there is no upper limit'),
  lowUsd: z.number(),
  highUsd: z.number().nullable(),
  source: z.string().describe('Id in `sources` of the model, or `learned`: what Kie billed this pool'),
  date: z.string(),
  notes: z.array(z.string()).describe('What the price depends on'),
});

const estimatedItemSchema = z.object({
  model: z.string(),
  estimate: estimateSchema.nullable().describe('Null if no price is known'),
  reason: z.string().optional().describe('Why there is no estimate'),
  warnings: z.array(z.object({ field: z.string(), message: z.string() })),
});

export const estimatesSchema = z
  .object({
    items: z.array(estimatedItemSchema).describe('In the order of the request'),
    total: z.object({
      low: z.number(),
      high: z.number().nullable().describe('Null if an item has no upper limit or no estimate'),
      lowUsd: z.number(),
      highUsd: z.number().nullable(),
      unknown: z.int().describe('Number of items without an estimate; they are not in the totals'),
    }),
  })
  .meta({
    id: 'Estimates',
    examples: [
      {
        items: [
          {
            model: 'kling/v2-1-pro',
            estimate: { low: 50, high: 50, lowUsd: 0.25, highUsd: 0.25, source: 'P2', date: '2026-09-20', notes: [] },
            warnings: [],
          },
        ],
        total: { low: 50, high: 50, lowUsd: 0.25, highUsd: 0.25, unknown: 0 },
      },
    ],
  });
