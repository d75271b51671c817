import type { Verdict } from '@kieq/domain';
import type { BilledPrice } from '@kieq/ledger';
import { describe, expect, test } from 'vitest';
import { priceLesson, priceOfPayload } from '../../src/poll/price-lessons.ts';
import { knownPrice } from '../../src/submit/known-price.ts';

const KLING = 'kling-2.6/image-to-video';
const request = { model: KLING, input: { prompt: 'a cat', duration: '10', sound: true } };
const payload = JSON.stringify({ request });
const lesson = { kind: `${KLING}|10s|sound=true`, list: 220 };

describe('what a verdict teaches about prices', () => {
  const ledger = { read: { payload: () => Promise.resolve(payload) } };
  const verdict: Verdict = { state: 'success', resultUrls: [], creditsConsumed: 220 };

  test('is the kind of the frozen request and its price by the list', async () => {
    expect(await priceLesson(ledger, 'gen', verdict)).toEqual(lesson);
  });

  test.each([
    ['a failure', { ...verdict, state: 'fail' }],
    ['a success that cost nothing', { ...verdict, creditsConsumed: 0 }],
    ['a success that does not say what it cost', { state: 'success', resultUrls: [] }],
  ] as const)('is nothing for %s', async (_, other) => {
    expect(await priceLesson(ledger, 'gen', other)).toBeUndefined();
  });

  test.each([
    ['purged', undefined],
    ['unreadable', '{'],
    ['of a newer form', '{"request": 7}'],
  ])('is nothing where the request is %s', (_, text) => {
    expect(priceOfPayload(text)).toBeUndefined();
  });
});

describe('the price that a topped-up balance must cover', () => {
  const known = (billed: ReadonlyMap<string, BilledPrice>) => ({
    read: { billedPrice: (kind: string) => Promise.resolve(billed.get(kind)) },
  });
  const nothing = known(new Map());

  test.each([
    ['5', false, 55],
    ['5', true, 110],
    ['10', false, 110],
    ['10', true, 220],
  ])('is that of the list while nothing was billed: %s s, sound %s', async (duration, sound, credits) => {
    expect(await knownPrice(nothing, { model: KLING, input: { duration, sound } })).toBe(credits);
  });

  test('is what Kie last billed', async () => {
    const billed = known(new Map([[lesson.kind, { credits: 180, count: 1, at: 1, since: 1 }]]));
    expect(await knownPrice(billed, request)).toBe(180);
  });

  test('is unknown where the list has none', async () => {
    expect(await knownPrice(nothing, { model: KLING, input: { duration: '15', sound: false } })).toBeUndefined();
    expect(await knownPrice(nothing, { model: 'other/model', input: {} })).toBeUndefined();
  });
});
