import { z } from 'zod';
import type { CallbackOptions, Failure, Price, RateLimit, SimulatorOptions, VideoOptions } from './configuration.ts';
import { dialectOf } from './dialects.ts';
import { distributionSchema, rangeSchema } from './distribution.ts';
import { parsedWith } from './invalid.ts';

const ms = z.number().min(0);
const credits = z.number().min(0);

const failureSchema = z.strictObject({ failCode: z.string(), failMsg: z.string() }) satisfies z.ZodType<Failure>;

const limitSchema = z.strictObject({
  limit: z.int().min(1),
  windowMs: z.number().positive(),
}) satisfies z.ZodType<RateLimit>;

const callbackSchema = z.strictObject({
  retries: z.int().min(0).default(3),
  retryDelayMs: ms.default(1000),
  timeoutMs: z.number().positive().default(15_000),
  duplicates: z.int().min(0).default(0),
  lostRate: z.number().min(0).max(1).default(0),
  delayMs: rangeSchema.default({ minMs: 0, maxMs: 0 }),
}) satisfies z.ZodType<CallbackOptions>;

/** Credits per task, or a factor on the built-in price. */
export const priceSchema = z.union([credits, z.strictObject({ factor: z.number().min(0) })]) satisfies z.ZodType<Price>;

const videoSchema = z.strictObject({
  seconds: z.number().min(0.1).max(10).default(3),
  fps: z.int().min(1).max(60).default(15),
  maxSide: z.int().min(16).max(1920).default(640),
}) satisfies z.ZodType<VideoOptions>;

/** Every option with its default; what each means stands in `SimulatorOptions`. */
export const optionsSchema = z.strictObject({
  dialect: z.enum(['document', 'wire']).nullable().default(null),
  apiKey: z.string().min(1).nullable().default(null),
  seed: z.int().default(1),
  rateLimit: limitSchema.nullable().default({ limit: 20, windowMs: 10_000 }),
  countRefused: z.boolean().default(false),
  countAt: z.enum(['arrival', 'between', 'answer']).default('arrival'),
  queryLimit: limitSchema.nullable().default(null),
  createLatency: rangeSchema.default({ minMs: 300, maxMs: 900 }),
  queryLatency: rangeSchema.default({ minMs: 50, maxMs: 150 }),
  generation: distributionSchema.default({ kind: 'lognormal', medianMs: 140_000, sigma: 0.15 }),
  failRate: z.number().min(0).max(1).default(0),
  failures: z
    .array(failureSchema)
    .min(1)
    .default([
      { failCode: '500', failMsg: 'Internal Error' },
      { failCode: '500', failMsg: 'Content was flagged as sensitive' },
    ]),
  credits: credits.default(1_000_000),
  prices: z.record(z.string(), priceSchema).default({}),
  defaultPrice: credits.default(100),
  models: z.array(z.string()).default([]),
  validationAs500: z.union([z.boolean(), z.literal('mixed')]).default(false),
  errorStyle: z.enum(['envelope', 'status']).default('envelope'),
  states: z.enum(['waiting', 'progress']).default('waiting'),
  freshUnknownMs: ms.default(0),
  recordId: z.boolean().default(true),
  costTime: z.enum(['seconds', 'milliseconds']).default('seconds'),
  paramInput: z.enum(['object', 'string']).default('object'),
  paramNumbers: z.enum(['kept', 'loose']).default('kept'),
  blankFields: z.enum(['null', 'empty']).default('null'),
  newerFields: z.boolean().default(false),
  creditsConsumed: z.boolean().default(true),
  webhookKey: z.string().min(1).nullable().default(null),
  callback: callbackSchema.prefault({}),
  results: z.enum(['video', 'tiny']).default('video'),
  video: videoSchema.prefault({}),
  resultTtlMs: ms.default(86_400_000),
  downloadLinkTtlMs: ms.default(1_200_000),
  uploadTtlMs: ms.default(259_200_000),
  uploadMaxBytes: z
    .int()
    .min(1)
    .default(10 * 1024 * 1024),
  publicUrl: z.url().nullable().default(null),
}) satisfies z.ZodType<SimulatorOptions>;

/**
 * Applies a part to complete options; nested objects are replaced as a whole, and a dialect sets its options anew.
 * @throws SimulatorError that names every problem
 */
export function mergeOptions(current: SimulatorOptions | undefined, part: unknown): SimulatorOptions {
  const change = parsedWith(z.record(z.string(), z.unknown()), part ?? {}, 'options');
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  const whole = { ...current, ...dialectOf(change['dialect']), ...Object.fromEntries(given) };
  return parsedWith(optionsSchema, whole, 'options');
}
