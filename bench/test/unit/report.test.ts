import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { optionsOf, UsageError } from '../../src/options.ts';
import { chartOf } from '../../src/report/chart.ts';
import { writeReport, type ReportPlace } from '../../src/report/page.ts';
import { withBlock, type View } from '../../src/report/render.ts';
import { parseResult, rowOf, writeResult, type BenchResult } from '../../src/report/results.ts';
import { shortNumber, ticksUpTo } from '../../src/report/scale.ts';
import { number, tableOf, text } from '../../src/report/tables.ts';
import { partOf } from '../../src/setting.ts';

const VIEW: View = {
  columns: [text('who', 'who'), number('per s', 'perSecond')],
  alt: 'operations per second',
  chart: (rows) => ({
    kind: 'bars',
    title: 'per second',
    series: ['rate'],
    groups: rows.map(({ who, perSecond }) => ({ name: String(who), values: [Number(perSecond)] })),
  }),
};

const RESULT: BenchResult = {
  bench: 'speed',
  command: 'bench speed',
  date: '2026-11-28',
  machine: 'two cores',
  scale: 0.1,
  share: 1,
  loadBefore: 0.2,
  rows: [
    { who: 'we', perSecond: 12_345.6 },
    { who: 'they', perSecond: 900 },
  ],
};

describe('tables', () => {
  test('show numbers with decimals and thousands, and a dash for what was not measured', () => {
    const columns = [text('who', 'who'), number('per s', 'perSecond'), number('ratio', 'ratio', 2)];
    const rows = [{ who: 'a|b', perSecond: 1_234_567.8, ratio: 0.5 }, { who: 'c' }];
    expect(tableOf(columns, rows)).toBe(
      '| who | per s | ratio |\n|---|---|---|\n| a\\|b | 1 234 568 | 0.50 |\n| c | – | – |\n',
    );
  });
});

describe('blocks', () => {
  test('are replaced, and nothing around them', () => {
    const before = 'a\n<!-- bench:speed -->\nold\n<!-- /bench:speed -->\nz\n';
    expect(withBlock(before, 'speed', 'new\n')).toBe('a\n<!-- bench:speed -->\nnew\n<!-- /bench:speed -->\nz\n');
  });

  test('must be in the document', () => {
    expect(() => withBlock('nothing', 'speed', 'new')).toThrow('no markers for the bench speed');
  });
});

describe('a chart', () => {
  const chart = {
    kind: 'bars',
    title: 'a < b',
    series: ['ours', 'theirs'],
    groups: [
      { name: 'one', values: [50, 100] },
      { name: 'two', values: [25, undefined] },
    ],
  } as const;

  test('has bars as long as their values, and none for a missing one', () => {
    const heights = [...chartOf(chart).matchAll(/<rect x="[\d.]+" y="[\d.]+" width="[\d.]+" height="([\d.]+)"/g)];
    const [one = 0, other = 0, third = 0, ...legend] = heights.map(([, height]) => Number(height));
    expect([one / other, third / other]).toEqual([0.5, 0.25]);
    expect(legend).toEqual([12, 12]);
  });

  test('escapes its texts and draws its target', () => {
    const drawn = chartOf({ ...chart, target: { value: 80, name: 'target "80"' } });
    expect(drawn).toContain('a &lt; b');
    expect(drawn).toContain('target &quot;80&quot;');
    expect(drawn).toContain('stroke-dasharray');
  });

  test('draws a line through the points of each series', () => {
    const points = [...chartOf({ ...chart, kind: 'line' }).matchAll(/points="([^"]*)"/g)].map(([, path]) => path);
    expect(points.map((path) => path?.split(' ').length)).toEqual([2, 1]);
  });

  test('without values is empty, not broken', () => {
    expect(chartOf({ ...chart, groups: [] })).not.toContain('NaN');
  });
});

describe('an axis', () => {
  test.each([
    [0, [0, 1]],
    [1, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [7, [0, 2, 4, 6, 8]],
    [310, [0, 100, 200, 300, 400]],
  ])('up to %d has round ticks', (most, ticks) => {
    expect(ticksUpTo(most)).toEqual(ticks);
  });

  test('writes large numbers short', () => {
    expect([0.123456, 999, 12_345, 2_500_000].map(shortNumber)).toEqual(['0.123', '999', '12.3k', '2.5M']);
  });
});

describe('the report', () => {
  let place: ReportPlace & { readonly folder: string };
  beforeEach(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kieq-report-'));
    const root = pathToFileURL(`${folder}/`);
    place = {
      folder,
      results: new URL('results/', root),
      document: new URL('page.md', root),
      images: new URL('img/', root),
    };
    await mkdir(place.results, { recursive: true });
    await writeFile(place.document, '# P\n\n<!-- bench:speed -->\n<!-- /bench:speed -->\n');
  });
  afterEach(() => rm(place.folder, { recursive: true }));

  test('fills the block from the kept rows and draws the chart', async () => {
    await writeResult(place.results, RESULT);
    expect(await writeReport(place, { speed: VIEW, never: VIEW })).toEqual(['speed']);
    const page = await readFile(place.document, 'utf8');
    expect(page).toContain('`bench speed`, 2026-11-28, scale 0.1, load 0.2 before it began; two cores.');
    expect(page).toContain('| we | 12 346 |');
    expect(page).toContain('![operations per second](img/bench-speed.svg)');
    expect(await readFile(new URL('bench-speed.svg', place.images), 'utf8')).toContain('per second');
  });

  test('says that a part of the amount was a trial', async () => {
    await writeResult(place.results, { ...RESULT, share: 0.05 });
    await writeReport(place, { speed: VIEW });
    expect(await readFile(place.document, 'utf8')).toContain('A trial: 0.05 of the full amount.');
  });

  test('is the same when it is written again', async () => {
    await writeResult(place.results, RESULT);
    await writeReport(place, { speed: VIEW });
    const once = await readFile(place.document, 'utf8');
    await writeReport(place, { speed: VIEW });
    expect(await readFile(place.document, 'utf8')).toBe(once);
  });
});

test('a result that is none is refused, and so is a row that is not flat', () => {
  expect(() => parseResult('{"bench":"speed"}')).toThrow('rows');
  expect(() => rowOf({ memory: { before: 1 } })).toThrow('memory');
});

describe('the command line', () => {
  test('has defaults', () => {
    expect(optionsOf(['window'], ['window'])).toEqual({ names: ['window'], scale: 0.1, share: 1, write: false });
  });

  test.each([[['other']], [['--scale', '0']], [['--share', '2']], [['--no-such']]])('refuses %j', (args) => {
    expect(() => optionsOf(args, ['window'])).toThrow(UsageError);
  });
});

test('a part of an amount is never nothing', () => {
  expect([partOf(1000, 0.5), partOf(10, 0.001), partOf(1000, 0.24, 100)]).toEqual([500, 1, 200]);
});
