import { expect, test } from 'vitest';
import { judgeSeries } from '../../src/soak/flat.ts';
import type { Sample } from '../../src/soak/sample.ts';

const COUNT = 40;

function judge(name: string, value: (i: number) => number) {
  const samples: Sample[] = Array.from({ length: COUNT }, (_, i) => ({ [name]: value(i) }));
  const [series] = judgeSeries(samples);
  if (series === undefined) throw new Error('no series');
  return series;
}

test('what grows steadily is not flat, however noisy', () => {
  const noise = (i: number): number => (i % 3) * 2;
  expect(judge('memory of worker 1', (i) => 100 + i + noise(i)).isFlat).toBe(false);
  expect(judge('handles of gateway', (i) => 30 + i).isFlat).toBe(false);
  expect(judge('redis connections', (i) => 20 + i / 5).isFlat).toBe(false);
  expect(judge('keys: tasks', (i) => 6000 + 50 * i).isFlat).toBe(false);
});

test('what grows at first and then stays, or comes and goes, is flat', () => {
  expect(judge('memory of worker 1', (i) => Math.min(100, 60 + 5 * i))).toMatchObject({
    second: 100,
    last: 100,
    isFlat: true,
  });
  expect(judge('keys: records', (i) => 6000 + (i % 2) * 300).isFlat).toBe(true);
  // A peak is reported and does not count.
  expect(judge('memory of redis', (i) => (i === COUNT - 2 ? 500 : 100))).toMatchObject({ most: 500, isFlat: true });
});

test('what appears only later counts as none before', () => {
  const samples: Sample[] = Array.from({ length: COUNT }, (_, i) => (i < COUNT / 2 ? {} : { 'keys: of no pool': 100 }));
  expect(judgeSeries(samples)).toMatchObject([{ second: 0, last: 100, isFlat: false }]);
});

test('too few samples are refused', () => {
  expect(() => judgeSeries([{}, {}, {}])).toThrow('too few');
});
