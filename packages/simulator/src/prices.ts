import type { Price } from './configuration.ts';
import { FACTS_WORD, factsOf } from './facts/facts-of.ts';
import { listedPrice } from './facts/listed-price.ts';
import { KLING_MODEL } from './request.ts';

/** Credits per second of kling-2.6/image-to-video: 5 s silent cost 55, and sound doubles the price. */
const SILENT_PER_SECOND = 11;
const SOUND_PER_SECOND = 22;

export interface PriceList {
  /** By model id; each wins over the built-in price. */
  readonly prices: Readonly<Record<string, Price>>;
  /** Credits per task of any other model. */
  readonly defaultPrice: number;
  /** With `facts` among them, models that the simulator has facts of cost what their price list says. */
  readonly models?: readonly string[];
}

/**
 * The price of a request in credits. kling-2.6: 55 (5 s silent), 110 (5 s with sound, 10 s silent), 220 (10 s with sound);
 * the longer durations of the user's document are extrapolated linearly, since Kie publishes no price for them.
 */
export function priceOf(model: string, input: Readonly<Record<string, unknown>>, list: PriceList): number {
  const listed = list.prices[model];
  if (typeof listed === 'number') return listed;
  return rounded(builtIn(model, input, list) * (listed?.factor ?? 1));
}

function builtIn(model: string, input: Readonly<Record<string, unknown>>, list: PriceList): number {
  if (model !== KLING_MODEL) return byFacts(model, input, list) ?? list.defaultPrice;
  const seconds = Number(input['duration']);
  if (!Number.isFinite(seconds)) return list.defaultPrice;
  return seconds * (input['sound'] === true ? SOUND_PER_SECOND : SILENT_PER_SECOND);
}

function byFacts(
  model: string,
  input: Readonly<Record<string, unknown>>,
  { models = [] }: PriceList,
): number | undefined {
  const facts = models.includes(FACTS_WORD) ? factsOf(model) : undefined;
  return facts === undefined ? undefined : listedPrice(facts, input);
}

/** To a thousandth of a credit. */
function rounded(credits: number): number {
  return Math.round(credits * 1000) / 1000;
}
