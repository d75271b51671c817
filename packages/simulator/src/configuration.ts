import type { Distribution, Range } from './distribution.ts';

/** A verdict `fail`, as recordInfo reports it. */
export interface Failure {
  readonly failCode: string;
  readonly failMsg: string;
}

/** At most `limit` calls in any window of this length. */
export interface RateLimit {
  readonly limit: number;
  readonly windowMs: number;
}

/** How callbacks are sent. */
export interface CallbackOptions {
  /** Further tries after one that was not answered with 2xx. Default 3. */
  readonly retries: number;
  /** Before the first further try, ms; doubled for each next one. Default 1000. */
  readonly retryDelayMs: number;
  /** Longest wait for the receiver's answer, ms. Default 15000. */
  readonly timeoutMs: number;
  /** Extra copies of every delivered callback. Default 0. */
  readonly duplicates: number;
  /** Chance in [0, 1] that a callback is never sent. Default 0. */
  readonly lostRate: number;
  /** From the verdict to the callback, ms. Default 0. */
  readonly delayMs: Range;
}

/** The form of a rendered result. */
export interface VideoOptions {
  /** Length of a rendered result in seconds, whatever the paid duration. Default 3. */
  readonly seconds: number;
  /** Frames per second. Default 15. */
  readonly fps: number;
  /** Longest side in pixels; the area stays within that of 16:9. Default 640. */
  readonly maxSide: number;
}

/** The price of a model: credits per task, or the built-in price times `factor` (1.2: a fifth dearer). */
export type Price = number | { readonly factor: number };

/** Every behaviour of the simulator; all of it can be changed at runtime with `configure`. */
export interface SimulatorOptions {
  /**
   * Answers as the API document has them, or as the real service was seen to answer. Sets every option in which they
   * differ, unless it is given as well. Null: each of those has its own default. Default null.
   */
  readonly dialect: 'document' | 'wire' | null;
  /** The only accepted Bearer key; null accepts any request. Default null. */
  readonly apiKey: string | null;
  /** Seed of all random draws except task ids. Default 1. */
  readonly seed: number;
  /** New tasks per sliding window; null is no limit. Default 20 per 10000 ms (Kie's docs). */
  readonly rateLimit: RateLimit | null;
  /** Whether a refused POST uses up the rate limit too. Default false. */
  readonly countRefused: boolean;
  /** When a POST is counted (and the task created): when it arrives, when it is answered, or at a random moment between. Default arrival. */
  readonly countAt: 'arrival' | 'between' | 'answer';
  /** Status queries per sliding window; null is no limit. Default null: Kie's documents disagree. */
  readonly queryLimit: RateLimit | null;
  /** From a POST's arrival to its answer, ms. Default 300–900 (recorded). */
  readonly createLatency: Range;
  /** From a query's arrival to its answer, ms. Default 50–150. */
  readonly queryLatency: Range;
  /** From creation to the verdict. Default lognormal, median 140000 ms, sigma 0.15 (measured on kling-3.0). */
  readonly generation: Distribution;
  /** Chance in [0, 1] that a task fails. Default 0. */
  readonly failRate: number;
  /** The failures that `failRate` picks from. */
  readonly failures: readonly Failure[];
  /** Credits of the account at the start and after a reset. Default 1000000. */
  readonly credits: number;
  /** Prices by model id; each overrides the built-in one. Default none. */
  readonly prices: Readonly<Record<string, Price>>;
  /** Credits per task of other models. Default 100. */
  readonly defaultPrice: number;
  /**
   * Models accepted next to kling-2.6/image-to-video, without validation of their input; `*` is any. `facts` are all
   * those whose facts the simulator has: it judges and prices their input. Default none.
   */
  readonly models: readonly string[];
  /**
   * Refuse invalid requests with code 500 instead of 422 (docs/kie/facts.md#envelope-and-errors); `mixed`: only with the
   * messages that were seen with 500. Default false.
   */
  readonly validationAs500: boolean | 'mixed';
  /** Errors as HTTP 200 with a code in the body, or also as HTTP status. Default envelope. */
  readonly errorStyle: 'envelope' | 'status';
  /** State words while running: always `waiting`, or `waiting`, `queuing`, `generating` in turn. Default waiting. */
  readonly states: 'waiting' | 'progress';
  /** A new task is unknown to recordInfo for this long, ms. Default 0. */
  readonly freshUnknownMs: number;
  /** Whether the answer of createTask has `recordId` next to `taskId`. Default true. */
  readonly recordId: boolean;
  /** Unit of `costTime`. Default seconds (recorded; the docs say milliseconds). */
  readonly costTime: 'seconds' | 'milliseconds';
  /** `input` inside `param`: an object (user's document) or again a JSON string (recorded). Default object. */
  readonly paramInput: 'object' | 'string';
  /**
   * Texts of digits inside `param`: unchanged, or as numbers (`"6"` comes back as 6, docs/kie/facts.md#recordinfo).
   * Default kept.
   */
  readonly paramNumbers: 'kept' | 'loose';
  /** Fields that do not apply yet: null, or "" (both recorded). Default null. */
  readonly blankFields: 'null' | 'empty';
  /** Whether records have `successFlag` and `response`, as newer answers do (docs/kie/facts.md#recordinfo). Default false. */
  readonly newerFields: boolean;
  /** Whether recordInfo reports `creditsConsumed` for ended tasks. Default true. */
  readonly creditsConsumed: boolean;
  /** Key of the callback signature; null sends none. Default null. */
  readonly webhookKey: string | null;
  readonly callback: CallbackOptions;
  /** Result files: rendered from the uploaded image, or one small valid MP4 for all (load tests). Default video. */
  readonly results: 'video' | 'tiny';
  readonly video: VideoOptions;
  /** Links to results expire after this long, ms. Default 24 h. */
  readonly resultTtlMs: number;
  /** Links from download-url expire after this long, ms. Default 20 min. */
  readonly downloadLinkTtlMs: number;
  /** Uploads are deleted after this long, ms. Default 3 days (docs; users say 24 h). */
  readonly uploadTtlMs: number;
  /** Largest upload in bytes. Default 10 MiB. */
  readonly uploadMaxBytes: number;
  /** Origin written into result and upload links; null is the address the simulator listens on. Default null. */
  readonly publicUrl: string | null;
}

type Parts<Whole> = { readonly [Name in keyof Whole]?: Whole[Name] | undefined };

/** What `createSimulator` and `configure` take: any part of the options. */
export type SimulatorConfiguration = Parts<Omit<SimulatorOptions, 'callback' | 'video'>> & {
  readonly callback?: Parts<CallbackOptions> | undefined;
  readonly video?: Parts<VideoOptions> | undefined;
};
