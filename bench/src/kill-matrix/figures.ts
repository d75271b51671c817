import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { withBlock } from '../report/render.ts';
import type { Row } from '../report/results.ts';
import { number, tableOf, text, type Column } from '../report/tables.ts';

const amount = z.int().nonnegative();

/** What the figures are taken from; a line has more. */
const lineSchema = z.object({
  date: z.iso.datetime(),
  commit: z.string(),
  seed: amount,
  strikes: amount,
  kills: amount,
  freezes: amount,
  generations: amount,
  expected: amount,
  found: amount,
  unresolved: amount,
  doubled: amount,
  lost: amount,
  violations: amount,
  unrecovered: amount,
  unreached: amount,
  recovery: z.object({ n: amount, p50: amount.nullable(), p99: amount.nullable() }),
  points: z.record(z.string(), z.tuple([amount, amount])),
  /** Places that were seen and not struck; lines from before the points had their present names have none. */
  missing: z.array(z.string()).optional(),
});
type Line = z.infer<typeof lineSchema>;

/** The markers of the block in the document. */
const BLOCK = 'kill-matrix';

const COLUMNS: readonly Column[] = [
  text('seed', 'seed'),
  number('strikes', 'strikes'),
  number('kills', 'kills'),
  number('freezes', 'freezes'),
  number('places not reached', 'unreached'),
  number('generations', 'generations'),
  number('charges found', 'found'),
  number('of them followed to an end', 'expected'),
  number('in an open `payment_unknown`', 'unresolved'),
  number('charged twice', 'doubled'),
  number('lost', 'lost'),
  number('other violations', 'others'),
  number('jobs of the killed taken over', 'recovered'),
  number('p50 ms', 'p50'),
  number('p99 ms', 'p99'),
];

/** @throws ZodError when a line is not that of a run */
export function parseLines(kept: string): Line[] {
  return kept.split('\n').flatMap((line) => (line === '' ? [] : [lineSchema.parse(JSON.parse(line))]));
}

/** The kept runs as a table, a row for each and one for all of them. */
export function figuresOf(lines: readonly Line[]): string {
  const days = [...new Set(lines.map(({ date }) => date.slice(0, 10)))].join(', ');
  const commits = [...new Set(lines.map(({ commit }) => commit))].join(', ');
  const strikes = strikesByPlace(lines);
  const least = strikes.length === 0 ? '' : ` Each place was struck at least ${Math.min(...strikes)} times.`;
  return [`${days}; commits ${commits}.${least}`, '', tableOf(COLUMNS, [...lines.map(rowOf), totalOf(lines)])].join(
    '\n',
  );
}

/** Fills the block of the document from the kept runs. */
export async function writeFigures(results: string, document: string): Promise<void> {
  const [kept, page] = await Promise.all([readFile(results, 'utf8'), readFile(document, 'utf8')]);
  await writeFile(document, withBlock(page, BLOCK, figuresOf(parseLines(kept))));
}

function rowOf(line: Line): Row {
  const { n, p50, p99 } = line.recovery;
  const { seed, strikes, kills, freezes, unreached, generations, found, expected, unresolved, doubled, lost } = line;
  const counts = { strikes, kills, freezes, unreached, generations, found, expected, unresolved, doubled, lost };
  const others = Math.max(0, line.violations + line.unrecovered - doubled - lost);
  return { seed, ...counts, others, recovered: n, ...(p50 === null ? {} : { p50 }), ...(p99 === null ? {} : { p99 }) };
}

/** How often each point was struck, over all runs that record which ones they have seen. */
function strikesByPlace(lines: readonly Line[]): number[] {
  const telling = lines.filter(({ missing }) => missing !== undefined);
  const seen = new Set(telling.flatMap(({ points, missing = [] }) => [...Object.keys(points), ...missing]));
  return [...seen].map((name) =>
    telling.reduce((sum, { points }) => sum + (points[name]?.[0] ?? 0) + (points[name]?.[1] ?? 0), 0),
  );
}

/** The percentiles of several runs cannot be added up: left out. */
function totalOf(lines: readonly Line[]): Row {
  const rows = lines.map(rowOf);
  const fields = Object.keys(rows[0] ?? {}).filter((field) => !['seed', 'p50', 'p99', 'unreached'].includes(field));
  const sums = fields.map((field) => [field, rows.reduce((sum, row) => sum + Number(row[field]), 0)] as const);
  const strikes = strikesByPlace(lines);
  const unreached = strikes.length === 0 ? {} : { unreached: strikes.filter((count) => count === 0).length };
  return { seed: 'all', ...Object.fromEntries(sums), ...unreached };
}
