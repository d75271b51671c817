import type { BilledPrice } from '@kieq/ledger';
import { describe, expect, it } from 'vitest';
import { checkPrices } from '../../src/doctor/prices.ts';

const NOW = Date.UTC(2026, 10, 30, 12);
const DAY_MS = 86_400_000;

function price(change: Partial<BilledPrice> = {}): BilledPrice {
  return { credits: 90, count: 5, at: NOW, since: NOW - 30 * DAY_MS, list: 90, ...change };
}

const check = (prices: Record<string, BilledPrice>) => checkPrices(new Map(Object.entries(prices)), NOW);

describe('prices in the doctor', () => {
  it('says nothing before the first bill', () => {
    expect(check({})).toEqual([]);
  });

  it('counts the kinds that were billed as listed, or nearly so', () => {
    expect(check({ 'a|5s': price() })).toEqual([
      { check: 'prices', level: 'ok', message: '1 kind of request was billed, none other than listed' },
    ]);
    expect(check({ 'a|5s': price({ credits: 93 }), 'b|5s': price() })).toMatchObject([
      { message: '2 kinds of requests were billed, none other than listed' },
    ]);
  });

  it('warns of a price that changed within a week, with the list and the bill', () => {
    const since = NOW - 2 * DAY_MS;
    expect(check({ 'kling-3.0/video|5s': price({ credits: 100, before: 90, since }) })).toMatchObject([
      {
        level: 'warning',
        message: 'Kie changed prices: kling-3.0/video|5s: list 90, Kie billed 100 since 2026-11-28',
        fix: expect.stringContaining('kieq estimate'),
      },
    ]);
    const { list: _none, ...unlisted } = price({ credits: 120, before: 100, since });
    expect(check({ 'other|5s': unlisted })).toMatchObject([
      { message: 'Kie changed prices: other|5s: 100 before, Kie billed 120 since 2026-11-28' },
    ]);
  });

  it('names an older deviation without a warning, and at most five', () => {
    const kinds = Object.fromEntries(
      Array.from({ length: 7 }, (_, i) => [
        `m${i}|5s`,
        price({ credits: 100, before: 90, since: NOW - (8 + i) * DAY_MS }),
      ]),
    );
    const [found] = check(kinds);
    expect(found).toMatchObject({
      level: 'ok',
      message: expect.stringContaining('7 kinds of requests were billed; m0|5s'),
    });
    expect(found?.message).toMatch(/m4\|5s: list 90, Kie billed 100 since 2026-11-18; and 2 more$/);
  });
});
