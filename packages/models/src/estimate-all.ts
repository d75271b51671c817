import { modelOf, nearestModel } from './catalogue.ts';
import { estimate, usdOf, type Estimate, type EstimateResult } from './estimate.ts';
import { priceKind } from './price-kind.ts';
import { learnedEstimate, type LearnedPrices } from './learned-estimate.ts';

/** A request of which only the price matters. */
interface PricedRequest {
  readonly model: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** One request of many, with its estimate or the reason why there is none. */
export interface EstimatedRequest {
  readonly model: string;
  readonly estimate: Estimate | null;
  readonly reason?: string;
}

export interface Estimates {
  /** In the order of the requests. */
  readonly items: readonly EstimatedRequest[];
  /** Credits and USD of those with an estimate. */
  readonly total: {
    readonly low: number;
    /** Null where a request has no upper limit or no estimate. */
    readonly high: number | null;
    readonly lowUsd: number;
    readonly highUsd: number | null;
    /** Number of requests without an estimate. */
    readonly unknown: number;
  };
}

/** The kinds whose learned prices `estimateAll` looks up for these requests. */
export function priceKinds(requests: readonly PricedRequest[]): string[] {
  return requests.flatMap(({ model, input }) => priceKind(model, input) ?? []);
}

/** Of a catalogue that stands alone. */
const NOTHING_LEARNED: LearnedPrices = new Map();

/**
 * What requests will probably cost, each and together.
 * @param learned what Kie billed the pool, by the kind of price; it replaces the price list
 */
export function estimateAll(requests: readonly PricedRequest[], learned = NOTHING_LEARNED): Estimates {
  const items = requests.map((request) => estimateOne(request, learned));
  return { items, total: totalOf(items) };
}

/** What one request of many will probably cost. @param learned see `estimateAll` */
export function estimateOne({ model, input }: PricedRequest, learned = NOTHING_LEARNED): EstimatedRequest {
  return { model, ...itemOf(model, input, learned) };
}

/** The sum of estimates. */
export function totalOf(items: readonly EstimatedRequest[]): Estimates['total'] {
  const known = items.flatMap((item) => (item.estimate === null ? [] : [item.estimate]));
  const unknown = items.length - known.length;
  const low = sum(known.map((one) => one.low));
  const highs = known.flatMap((one) => (one.high === null ? [] : [one.high]));
  const high = highs.length < items.length ? null : sum(highs);
  return { low, high, lowUsd: usdOf(low), highUsd: high === null ? null : usdOf(high), unknown };
}

function itemOf(id: string, input: PricedRequest['input'], learned: LearnedPrices): Omit<EstimatedRequest, 'model'> {
  const billed = learnedEstimate(id, input, learned);
  if (billed !== undefined) return { estimate: billed };
  const model = modelOf(id);
  const result = model === undefined ? noModel(id) : estimate(model, input);
  return result.kind === 'unknown' ? { estimate: null, reason: result.reason } : { estimate: result.estimate };
}

function noModel(id: string): EstimateResult {
  const near = nearestModel(id);
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  return { kind: 'unknown', reason: `The catalogue has no such model${hint}` };
}

function sum(credits: readonly number[]): number {
  return Math.round(credits.reduce((total, one) => total + one, 0) * 1000) / 1000;
}
