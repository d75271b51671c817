import { expect, it } from 'vitest';
import { creditsLeft } from '../../src/upkeep/credits-left.ts';

const NOW = 1_800_000_000_000;
const MINUTE_MS = 60_000;

it('uses a balance that was read lately', () => {
  expect(creditsLeft({ balance: 1100, balanceAt: NOW - 5 * MINUTE_MS }, NOW, 2, 55)).toEqual({
    balance: 1100,
    balanceAtMs: NOW - 5 * MINUTE_MS,
    isOld: false,
    perHour: 110,
    hoursLeft: 10,
  });
});

it('does not use an old one, or one whose time is unknown', () => {
  const old = creditsLeft({ balance: 1100, balanceAt: NOW - 16 * MINUTE_MS }, NOW, 2, 55);
  expect(old).toMatchObject({ balance: 1100, isOld: true, perHour: 110, hoursLeft: null });
  expect(creditsLeft({ balance: 1100 }, NOW, 2, 55)).toMatchObject({ isOld: true, hoursLeft: null });
});

it('calls none old where there is none', () => {
  expect(creditsLeft({}, NOW, 2, 55)).toMatchObject({ balance: null, isOld: false, hoursLeft: null });
});
