import { expect, test } from 'vitest';
import { changeOf, rowsOf, spreadOf, type Measured } from '../../src/cost/rows.ts';

function measured(name: string, workerCpuMs: number, redisUs: readonly number[]): Measured {
  const rest = { scriptUs: 0, scripts: 0, commands: 200, bytesIn: 0, bytesOut: 0, busy: 0.97, different: 0 };
  return {
    name,
    worked: [{ workerCpuMs, redisUs: 900 }],
    replayed: redisUs.map((us) => ({ ...rest, redisUs: us, enqueueRedisUs: 50 })),
    traffic: { writes: 13.25, sent: 16, scripts: 14, bytesIn: 8600, bytesOut: 2400 },
  };
}

test('one version next to the other: medians, their change, and the rounds of both', () => {
  const rows = rowsOf(measured('0.2.0', 3, [480, 500, 520]), measured('now', 1.5, [250, 240, 260]));
  expect(rows[0]).toMatchObject({ measure: 'worker CPU, ms', against: '0.2.0', before: 3, now: 1.5, change: '−50 %' });
  expect(rows[1]).toMatchObject({ before: 500, now: 250, spreadBefore: '480 to 520', spreadNow: '240 to 260' });
  expect(rows.find((row) => 'target' in row && row.target === '2 000')).toMatchObject({ before: 2000, now: 4000 });
});

test('this version alone has nothing to be compared with', () => {
  const [first = {}] = rowsOf(undefined, measured('now', 1.5, [250]));
  expect(Object.keys(first)).toEqual(['measure', 'now', 'spreadNow', 'target']);
});

test('changes and spreads in words', () => {
  expect([changeOf(200, 100), changeOf(100, 112)]).toEqual(['−50 %', '+12 %']);
  expect([spreadOf([2, 1, 3], 1), spreadOf([2], 1)]).toEqual(['1.0 to 3.0', '–']);
});
