import { chartOf, type Chart } from './chart.ts';
import type { BenchResult, Row } from './results.ts';
import { tableOf, type Column } from './tables.ts';

/** How the rows of one bench are shown. */
export interface View {
  readonly columns: readonly Column[];
  /** Where a picture says more than the table. */
  readonly chart?: (rows: readonly Row[]) => Chart;
  /** What the chart shows, for those who cannot see it. */
  readonly alt?: string;
}

/** The block of a bench in the document: how and when it was measured, its table, its chart. */
export function blockOf(view: View, result: BenchResult): string {
  const { bench, command, date, machine, scale, share, loadBefore, rows } = result;
  const trial = share < 1 ? ` A trial: ${share} of the full amount.` : '';
  const conditions = `\`${command}\`, ${date}, scale ${scale}, load ${loadBefore} before it began; ${machine}.${trial}`;
  const image = view.chart === undefined ? [] : [`![${view.alt ?? bench}](img/bench-${bench}.svg)`, ''];
  return [conditions, '', tableOf(view.columns, rows), ...image].join('\n');
}

/** The drawing of a bench, or undefined where it has none. */
export function drawingOf(view: View, { rows }: BenchResult): string | undefined {
  return view.chart === undefined ? undefined : chartOf(view.chart(rows));
}

/**
 * The document with the block of this bench replaced; everything around it stays as it is.
 * @throws RangeError where the document has no markers for it
 */
export function withBlock(document: string, bench: string, block: string): string {
  const [start, end] = [`<!-- bench:${bench} -->`, `<!-- /bench:${bench} -->`];
  const [from, to] = [document.indexOf(start), document.indexOf(end)];
  if (from < 0 || to < from) throw new RangeError(`the document has no markers for the bench ${bench}`);
  return `${document.slice(0, from + start.length)}\n${block.trimEnd()}\n${document.slice(to)}`;
}
