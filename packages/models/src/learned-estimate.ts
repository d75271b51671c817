import { usdOf, type Estimate } from './estimate.ts';
import { listPrice } from './list-price.ts';
import { priceKind } from './price-kind.ts';

/** What Kie last billed for a kind of request. */
export interface LearnedPrice {
  /** Credits. */
  readonly credits: number;
  /** Number of bills from which it is known. */
  readonly count: number;
  /** Epoch ms of the last one. */
  readonly at: number;
}

/** By the kind of price, see `priceKind`. */
export type LearnedPrices = ReadonlyMap<string, LearnedPrice>;

/** The estimate by what Kie billed; undefined for a kind of which nothing was billed yet. */
export function learnedEstimate(
  id: string,
  input: Readonly<Record<string, unknown>>,
  learned: LearnedPrices,
): Estimate | undefined {
  const kind = priceKind(id, input);
  const price = kind === undefined ? undefined : learned.get(kind);
  if (price === undefined) return undefined;
  const { credits, count, at } = price;
  const usd = usdOf(credits);
  const listed = listPrice(id, input);
  const list = listed === undefined || listed === credits ? '' : `; the price list says ${listed}`;
  return {
    low: credits,
    high: credits,
    lowUsd: usd,
    highUsd: usd,
    source: 'learned',
    date: new Date(at).toISOString().slice(0, 10),
    notes: [`Kie billed this for ${count} ${count === 1 ? 'generation' : 'generations'} of this pool${list}.`],
  };
}
