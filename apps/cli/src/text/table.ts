import { PLAIN, widthOf, type Paint } from './paint.ts';
import { oneLine } from './printable.ts';

/** Aligned columns, two blanks apart, without trailing blanks. */
export function table(rows: readonly (readonly string[])[], indent = ''): string {
  const cells = rows.map((row) => row.map(oneLine));
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => widthOf(row[column] ?? ''))));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => `${cell}${' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell)))}`).join('  ');
  return cells.map((row) => `${indent}${line(row)}`.trimEnd()).join('\n');
}

/** Such columns below their names. */
export function headedTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { paint = PLAIN, indent = '' }: { readonly paint?: Paint; readonly indent?: string } = {},
): string {
  return table([head.map(paint.faint), ...rows], indent);
}

/** Names and values below each other; undefined values are left out. */
export function fields(pairs: readonly (readonly [string, string | number | undefined])[], indent = ''): string {
  const known = pairs.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return table(known, indent);
}

/** A headline with its body below; `none` on the same line where there is nothing. */
export function section(title: string, body: string, paint: Paint = PLAIN): string {
  return body === '' ? `${paint.strong(title)}: none` : `${paint.strong(title)}:\n${body}`;
}
