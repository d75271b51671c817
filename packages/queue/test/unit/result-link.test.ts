import { describe, expect, test } from 'vitest';
import { isSignedLink, linkTimes, resultLink } from '../../src/archive/result-link.ts';

const KEY = 'k'.repeat(43);
const LINKED = { file: 'gen_0123456789.mp4', expiresS: 1_795_484_400 };
const signatureIn = (link: string): string => new URL(link).searchParams.get('signature') ?? '';

describe('the times of a link', () => {
  test('are the same for every moment of an hour, and another hour has others', () => {
    const hour = Date.parse('2026-11-30T10:00:00Z');
    const first = linkTimes(hour);
    expect(linkTimes(hour + 3_599_999)).toEqual(first);
    expect(linkTimes(hour + 3_600_000)).not.toEqual(first);
    expect(first.from).toBe(hour);
  });

  test.each([0, 1, 1_800_000, 3_599_999])('it lives for a day at least, %i ms after the hour', (ms) => {
    const now = Date.parse('2026-11-30T10:00:00Z') + ms;
    const { until } = linkTimes(now);
    expect(until - now).toBeGreaterThan(24 * 3_600_000);
    expect(until - now).toBeLessThanOrEqual(25 * 3_600_000);
  });
});

describe('a link', () => {
  test.each([
    ['https://kieq.example.com', 'https://kieq.example.com/results/'],
    ['https://example.com/kieq', 'https://example.com/kieq/results/'],
  ])('of a gateway at %s ends with the name of the file, as a client guesses its form', (publicUrl, start) => {
    const link = resultLink(publicUrl, KEY, LINKED);
    expect(link.startsWith(`${start}gen_0123456789.mp4?expires=1795484400&signature=`)).toBe(true);
    expect(isSignedLink(KEY, LINKED, signatureIn(link))).toBe(true);
  });

  test('opens nothing but its file, and not for longer', () => {
    const signature = signatureIn(resultLink('https://a.example', KEY, LINKED));
    expect(isSignedLink(KEY, { ...LINKED, file: 'gen_0123456789-2.mp4' }, signature)).toBe(false);
    expect(isSignedLink(KEY, { ...LINKED, file: 'gen_9876543210.mp4' }, signature)).toBe(false);
    expect(isSignedLink(KEY, { ...LINKED, expiresS: LINKED.expiresS + 1 }, signature)).toBe(false);
    expect(isSignedLink('another-key-of-another-pool', LINKED, signature)).toBe(false);
  });

  test.each(['', 'x', 'é'.repeat(43), 'A'.repeat(43), `${'A'.repeat(43)}=`])('%j is no signature', (text) => {
    expect(isSignedLink(KEY, LINKED, text)).toBe(false);
  });
});
