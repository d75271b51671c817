import { z } from 'zod';
import { distributionSchema, rangeSchema } from './distribution.ts';

const ms = z.number().min(0);
const credits = z.number().min(0);

const failureSchema = z.strictObject({ failCode: z.string(), failMsg: z.string() });
/** A verdict `fail`, as recordInfo reports it. */
export type Failure = z.infer<typeof failureSchema>;

const limitSchema = z.strictObject({ limit: z.int().min(1), windowMs: z.number().positive() });

const callbackSchema = z.strictObject({
  /** Further tries after one that was not answered with 2xx. Default 3. */
  retries: z.int().min(0).default(3),
  /** Before the first further try, ms; doubled for each next one. Default 1000. */
  retryDelayMs: ms.default(1000),
  /** Longest wait for the receiver's answer, ms. Default 15000. */
  timeoutMs: z.number().positive().default(15_000),
  /** Extra copies of every delivered callback. Default 0. */
  duplicates: z.int().min(0).default(0),
  /** Chance in [0, 1] that a callback is never sent. Default 0. */
  lostRate: z.number().min(0).max(1).default(0),
  /** From the verdict to the callback, ms. Default 0. */
  delayMs: rangeSchema.default({ minMs: 0, maxMs: 0 }),
});

const videoSchema = z.strictObject({
  /** Length of a rendered result in seconds, whatever the paid duration. Default 3. */
  seconds: z.number().min(0.1).max(10).default(3),
  /** Frames per second. Default 15. */
  fps: z.int().min(1).max(60).default(15),
  /** Longest side in pixels; the area stays within that of 16:9. Default 640. */
  maxSide: z.int().min(16).max(1920).default(640),
});

/** Every behaviour of the simulator; all of it can be changed at runtime with `configure`. */
export const optionsSchema = z.strictObject({
  /** The only accepted Bearer key; null accepts any request. Default null. */
  apiKey: z.string().min(1).nullable().default(null),
  /** Seed of all random draws except task ids. Default 1. */
  seed: z.int().default(1),
  /** New tasks per sliding window; null is no limit. Default 20 per 10000 ms (Kie's docs). */
  rateLimit: limitSchema.nullable().default({ limit: 20, windowMs: 10_000 }),
  /** Whether a refused POST uses up the rate limit too. Default false. */
  countRefused: z.boolean().default(false),
  /** When a POST is counted (and the task created): when it arrives, when it is answered, or at a random moment between. Default arrival. */
  countAt: z.enum(['arrival', 'between', 'answer']).default('arrival'),
  /** Status queries per sliding window; null is no limit. Default null: Kie's documents disagree. */
  queryLimit: limitSchema.nullable().default(null),
  /** From a POST's arrival to its answer, ms. Default 300–900 (recorded). */
  createLatency: rangeSchema.default({ minMs: 300, maxMs: 900 }),
  /** From a query's arrival to its answer, ms. Default 50–150. */
  queryLatency: rangeSchema.default({ minMs: 50, maxMs: 150 }),
  /** From creation to the verdict. Default lognormal, median 140000 ms, sigma 0.15 (measured on kling-3.0). */
  generation: distributionSchema.default({ kind: 'lognormal', medianMs: 140_000, sigma: 0.15 }),
  /** Chance in [0, 1] that a task fails. Default 0. */
  failRate: z.number().min(0).max(1).default(0),
  /** The failures that `failRate` picks from. */
  failures: z
    .array(failureSchema)
    .min(1)
    .default([
      { failCode: '500', failMsg: 'Internal Error' },
      { failCode: '500', failMsg: 'Content was flagged as sensitive' },
    ]),
  /** Credits of the account at the start and after a reset. Default 1000000. */
  credits: credits.default(1_000_000),
  /** Credits per task by model id; overrides the built-in kling-2.6 price. Default none. */
  prices: z.record(z.string(), credits).default({}),
  /** Credits per task of other models. Default 100. */
  defaultPrice: credits.default(100),
  /** Models accepted besides kling-2.6/image-to-video, without validation of their input; `*` is any. Default none. */
  models: z.array(z.string()).default([]),
  /** Refuse invalid requests with code 500 instead of 422 (docs/kie/facts.md#envelope-and-errors). Default false. */
  validationAs500: z.boolean().default(false),
  /** Errors as HTTP 200 with a code in the body, or also as HTTP status. Default envelope. */
  errorStyle: z.enum(['envelope', 'status']).default('envelope'),
  /** State words while running: always `waiting`, or `waiting`, `queuing`, `generating` in turn. Default waiting. */
  states: z.enum(['waiting', 'progress']).default('waiting'),
  /** A new task is unknown to recordInfo for this long, ms. Default 0. */
  freshUnknownMs: ms.default(0),
  /** Unit of `costTime`. Default seconds (recorded; the docs say milliseconds). */
  costTime: z.enum(['seconds', 'milliseconds']).default('seconds'),
  /** `input` inside `param`: an object (user's document) or again a JSON string (recorded). Default object. */
  paramInput: z.enum(['object', 'string']).default('object'),
  /**
   * Texts of digits inside `param`: unchanged, or as numbers (`"6"` comes back as 6, docs/kie/facts.md#recordinfo).
   * Default kept.
   */
  paramNumbers: z.enum(['kept', 'loose']).default('kept'),
  /** Fields that do not apply yet: null, or "" (both recorded). Default null. */
  blankFields: z.enum(['null', 'empty']).default('null'),
  /** Whether recordInfo reports `creditsConsumed` for ended tasks. Default true. */
  creditsConsumed: z.boolean().default(true),
  /** Key of the callback signature; null sends none. Default null. */
  webhookKey: z.string().min(1).nullable().default(null),
  callback: callbackSchema.prefault({}),
  /** Result files: rendered from the uploaded image, or one small valid MP4 for all (load tests). Default video. */
  results: z.enum(['video', 'tiny']).default('video'),
  video: videoSchema.prefault({}),
  /** Links to results expire after this long, ms. Default 24 h. */
  resultTtlMs: ms.default(86_400_000),
  /** Links from download-url expire after this long, ms. Default 20 min. */
  downloadLinkTtlMs: ms.default(1_200_000),
  /** Uploads are deleted after this long, ms. Default 3 days (docs; users say 24 h). */
  uploadTtlMs: ms.default(259_200_000),
  /** Largest upload in bytes. Default 10 MiB. */
  uploadMaxBytes: z
    .int()
    .min(1)
    .default(10 * 1024 * 1024),
  /** Origin written into result and upload links; null is the address the simulator listens on. Default null. */
  publicUrl: z.url().nullable().default(null),
});

/** All options, complete. */
export type SimulatorOptions = z.output<typeof optionsSchema>;
/** What `createSimulator` and `configure` take: any part of the options. */
export type SimulatorConfiguration = Partial<z.input<typeof optionsSchema>>;

/** Applies a part to complete options; nested objects are replaced as a whole. Throws a ZodError that names every problem. */
export function mergeOptions(current: SimulatorOptions | undefined, part: unknown): SimulatorOptions {
  const change = z.record(z.string(), z.unknown()).parse(part ?? {});
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  return optionsSchema.parse({ ...current, ...Object.fromEntries(given) });
}
