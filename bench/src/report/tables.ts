import type { Row } from './results.ts';

/** One column of a table: its head, and its cell of a row. */
export interface Column {
  readonly head: string;
  readonly cell: (row: Row) => string;
}

/** A table in Markdown; it ends with a line break. */
export function markdownTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |`;
  return [line(heads), `|${heads.map(() => '---').join('|')}|`, ...rows.map(line), ''].join('\n');
}

/** The table of the rows; a row without a field shows a dash there. */
export function tableOf(columns: readonly Column[], rows: readonly Row[]): string {
  return markdownTable(
    columns.map(({ head }) => head),
    rows.map((row) => columns.map(({ cell }) => cell(row))),
  );
}

/** Shows a field as it is. */
export function text(head: string, field: string): Column {
  return { head, cell: (row) => (row[field] === undefined ? '–' : String(row[field])) };
}

/** Shows a number with a fixed number of decimals, its thousands apart. */
export function number(head: string, field: string, decimals = 0): Column {
  return {
    head,
    cell: (row) => {
      const value = row[field];
      return typeof value === 'number' ? withThousands(value, decimals) : '–';
    },
  };
}

function withThousands(value: number, decimals: number): string {
  const [whole = '', ...fraction] = value.toFixed(decimals).split('.');
  return [whole.replaceAll(/\B(?=(\d{3})+$)/g, ' '), ...fraction].join('.');
}

function escaped(cell: string): string {
  return cell.replaceAll('|', String.raw`\|`);
}
