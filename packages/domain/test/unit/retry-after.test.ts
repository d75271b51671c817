import { retryAfterMs } from '@kieq/domain';
import { expect, test } from 'vitest';

test.each([
  ['0', 0],
  [' 7 ', 7000],
  ['86400', 3_600_000],
  ['99999999999999999999', 3_600_000],
  ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
  ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
  ['', undefined],
  ['-5', undefined],
  ['1.5', 1500],
  ['soon', undefined],
])('Retry-After: %j', (value, expected) => {
  expect(retryAfterMs({ 'retry-after': value }, Date.parse('2026-01-01T00:00:00Z'))).toBe(expected);
});

test("a date is compared with the answer's own, not with our clock", () => {
  const headers = { 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT', date: 'Thu, 01 Jan 2026 00:00:10 GMT' };
  expect(retryAfterMs(headers, Date.parse('2030-01-01T00:00:00Z'))).toBe(20_000);
});
