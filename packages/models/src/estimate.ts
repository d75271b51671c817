import { clipSeconds } from './clip-seconds.ts';
import { rowsFor, valueOf } from './price-rows.ts';
import type { KieModel, PriceCondition, PriceRow, SourceId } from './model.ts';
import { USD_PER_CREDIT } from './sources.ts';

/** What a request will probably cost. Never used for billing: what Kie reports as `creditsConsumed` is the price. */
export interface Estimate {
  /** Credits; equal where the price is known exactly. */
  readonly low: number;
  /** Null where there is no upper limit, as for a clip that is as long as its audio. */
  readonly high: number | null;
  readonly lowUsd: number;
  readonly highUsd: number | null;
  /** `learned`: what Kie billed this pool. */
  readonly source: SourceId | 'learned';
  /** ISO day of the price. */
  readonly date: string;
  /** Why `low` and `high` differ, or what is uncertain about the price. */
  readonly notes: readonly string[];
}

export type EstimateResult =
  | { readonly kind: 'estimate'; readonly estimate: Estimate }
  /** `reason` is a sentence about the model or its input. */
  | { readonly kind: 'unknown'; readonly reason: string };

type Input = Readonly<Record<string, unknown>>;

/**
 * The price of a request by the newest list of prices that holds for it. Fields that are absent count as their
 * documented default, and without one as any value.
 */
export function estimate(model: KieModel, input: Input): EstimateResult {
  if (model.prices.length === 0) return unknown(`No price of ${model.id} is known.`);
  for (const row of rowsFor(model, input)) {
    const fitting = row.variants.filter(({ when }) => fits(model, when, input)).map(({ credits }) => credits);
    if (fitting.length > 0) return priced(model, row, input, fitting);
  }
  return unknown(`The price list of ${model.id} has no price for these values.`);
}

/** @param fitting credits of the variants that the request may be */
function priced(model: KieModel, row: PriceRow, input: Input, fitting: readonly number[]): EstimateResult {
  const [low, high] = [Math.min(...fitting), Math.max(...fitting)];
  const notes = [...(low === high ? [] : [openNote(model, row, input)]), ...(row.note === undefined ? [] : [row.note])];
  if (row.unit === 'video') return known(row, low, high, notes);
  const seconds = clipSeconds(model, input);
  return known(row, low * seconds.low, seconds.high === null ? null : high * seconds.high, [
    ...notes,
    ...(seconds.note === undefined ? [] : [seconds.note]),
  ]);
}

function known(row: PriceRow, low: number, high: number | null, notes: readonly string[]): EstimateResult {
  const { source, date } = row;
  const credits = { low: rounded(low), high: high === null ? null : rounded(high) };
  const usd = { lowUsd: usdOf(low), highUsd: high === null ? null : usdOf(high) };
  return { kind: 'estimate', estimate: { ...credits, ...usd, source, date, notes } };
}

/** USD of credits, to a hundredth of a cent. */
export function usdOf(credits: number): number {
  return Math.round(credits * USD_PER_CREDIT * 10_000) / 10_000;
}

function rounded(credits: number): number {
  return Math.round(credits * 1000) / 1000;
}

function unknown(reason: string): EstimateResult {
  return { kind: 'unknown', reason };
}

function fits(model: KieModel, when: PriceCondition, input: Input): boolean {
  return Object.entries(when).every(([name, wanted]) => {
    const value = valueOf(model, name, input);
    if (value === undefined) return true;
    return typeof wanted === 'object' ? wanted.some((one) => isSame(one, value)) : isSame(wanted, value);
  });
}

/** `5`, `"5"` and `"5s"` are one duration, and `"720P"` is `"720p"`. */
function isSame(wanted: string | number | boolean, value: unknown): boolean {
  if (wanted === value) return true;
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return false;
  return plain(wanted) === plain(value);
}

function plain(value: string | number | boolean): string {
  return String(value)
    .toLowerCase()
    .replace(/^(\d+(?:\.\d+)?)s$/, '$1');
}

function openNote(model: KieModel, row: PriceRow, input: Input): string {
  const names = new Set(row.variants.flatMap(({ when }) => Object.keys(when)));
  const open = [...names].filter((name) => valueOf(model, name, input) === undefined);
  return `The price depends on ${open.map((name) => `input.${name}`).join(' and ')}.`;
}
