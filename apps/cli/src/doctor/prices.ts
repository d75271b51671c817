import type { BilledPrice } from '@kieq/ledger';
import { ok, warning, type Finding } from './finding.ts';

/** What Kie bills is news for this long. */
const NEWS_MS = 7 * 86_400_000;
/** A billed price that is further from the list than this is a deviation. */
const NOTABLE = 0.05;
/** Kinds that one finding names. */
const NAMED = 5;

type Priced = readonly [kind: string, price: BilledPrice];

/** Whether Kie bills what the price list says, and what it billed before. Nothing where nothing was billed yet. */
export function checkPrices(prices: ReadonlyMap<string, BilledPrice>, nowMs: number): Finding[] {
  if (prices.size === 0) return [];
  const all = [...prices].toSorted(([, one], [, other]) => other.since - one.since);
  const news = all.filter(([, { before, since }]) => before !== undefined && nowMs - since < NEWS_MS);
  if (news.length > 0) {
    const fix =
      'Estimates use the new price from now on: kieq estimate. Check your budget, and the credits that are left.';
    return [warning('prices', `Kie changed prices: ${named(news, changed)}`, fix)];
  }
  const others = all.filter(([, price]) => differs(price));
  const seen = `${all.length} ${all.length === 1 ? 'kind of request was' : 'kinds of requests were'} billed`;
  if (others.length === 0) return [ok('prices', `${seen}, none other than listed`)];
  return [ok('prices', `${seen}; ${named(others, listed)}`)];
}

function differs({ credits, list }: BilledPrice): boolean {
  return list !== undefined && Math.abs(credits - list) > list * NOTABLE;
}

function named(priced: readonly Priced[], text: (priced: Priced) => string): string {
  const more = priced.length > NAMED ? `; and ${priced.length - NAMED} more` : '';
  return priced.slice(0, NAMED).map(text).join('; ') + more;
}

function changed([kind, { before, ...price }]: Priced): string {
  return differs(price) ? listed([kind, price]) : `${kind}: ${before} before, ${billed(price)}`;
}

function listed([kind, price]: Priced): string {
  return `${kind}: list ${price.list}, ${billed(price)}`;
}

function billed({ credits, since }: BilledPrice): string {
  return `Kie billed ${credits} since ${new Date(since).toISOString().slice(0, 10)}`;
}
