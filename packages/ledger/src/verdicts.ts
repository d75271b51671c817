import type { Cluster, Redis } from 'ioredis';
import { z } from 'zod';

/** What Kie billed for one kind of request. */
export interface BilledPrice {
  /** Credits of the last success. */
  readonly credits: number;
  /** Number of successes that reported a price. */
  readonly count: number;
  /** Of the last one, as epoch ms. */
  readonly at: number;
  /** When the price was first seen or last changed by more than 5 %, as epoch ms. */
  readonly since: number;
  /** The price before that change: of the last success before, or of the price list at the first one. */
  readonly before?: number;
  /** The price list's, as the worker had it at the last success. */
  readonly list?: number;
}

/** How the last few hundred verdicts about a model ended. */
export interface ModelOutcomes {
  readonly successes: number;
  readonly failures: number;
  /** Of the last verdict, as epoch ms. */
  readonly at: number;
}

/** What verdicts have shown, by the kind of price and by model. At most 400 entries altogether. */
export interface VerdictLessons {
  readonly prices: ReadonlyMap<string, BilledPrice>;
  readonly models: ReadonlyMap<string, ModelOutcomes>;
}

const PRICE = 'price:';
const MODEL = 'model:';
/** Milliseconds that a date can hold. */
const time = z.coerce.number().min(0).max(8.64e15);
const credits = z.coerce.number().min(0);
const maybe = z
  .literal('-')
  .transform(() => undefined)
  .or(credits);
// A newer version may append fields.
const priceSchema = z.tuple([time, credits, z.coerce.number(), time, maybe, maybe], z.string());
const modelSchema = z.tuple([time, z.coerce.number(), z.coerce.number()], z.string());

/** Reading of what verdicts have shown; `settle` writes it. Entries that cannot be read are left out. */
export function createVerdictReads(redis: Redis | Cluster, root: string) {
  const name = `${root}verdicts`;
  return {
    async verdictLessons(): Promise<VerdictLessons> {
      const prices = new Map<string, BilledPrice>();
      const models = new Map<string, ModelOutcomes>();
      for (const [entry, text] of Object.entries(await redis.hgetall(name))) {
        const price = entry.startsWith(PRICE) ? priceIn(text) : undefined;
        if (price !== undefined) prices.set(entry.slice(PRICE.length), price);
        const outcomes = entry.startsWith(MODEL) ? outcomesIn(text) : undefined;
        if (outcomes !== undefined) models.set(entry.slice(MODEL.length), outcomes);
      }
      return { prices, models };
    },
    /** What Kie last billed for each of these kinds; those that it never billed are left out. */
    async billedPrices(kinds: readonly string[]): Promise<Map<string, BilledPrice>> {
      const wanted = [...new Set(kinds)];
      const prices = new Map<string, BilledPrice>();
      if (wanted.length === 0) return prices;
      const texts = await redis.hmget(name, ...wanted.map((kind) => PRICE + kind));
      for (const [i, kind] of wanted.entries()) {
        const price = priceIn(texts[i] ?? '');
        if (price !== undefined) prices.set(kind, price);
      }
      return prices;
    },
    /** What Kie last billed for the kind; undefined where it never did. */
    billedPrice: async (kind: string): Promise<BilledPrice | undefined> =>
      priceIn((await redis.hget(name, PRICE + kind)) ?? ''),
  };
}

function priceIn(text: string): BilledPrice | undefined {
  const { data } = priceSchema.safeParse(text.split(' '));
  if (data === undefined) return undefined;
  const [at, billed, count, since, before, list] = data;
  const optional = { ...(before === undefined ? {} : { before }), ...(list === undefined ? {} : { list }) };
  return { credits: billed, count, at, since, ...optional };
}

function outcomesIn(text: string): ModelOutcomes | undefined {
  const { data } = modelSchema.safeParse(text.split(' '));
  return data === undefined ? undefined : { at: data[0], successes: data[1], failures: data[2] };
}
