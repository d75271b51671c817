import { oneLine } from './printable.ts';

/** Aligned columns, two blanks apart, without trailing blanks. */
export function table(rows: readonly (readonly string[])[], indent = ''): string {
  const cells = rows.map((row) => row.map(oneLine));
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return cells.map((row) => `${indent}${line(row)}`.trimEnd()).join('\n');
}

/** Names and values below each other; undefined values are left out. */
export function fields(pairs: readonly (readonly [string, string | number | undefined])[], indent = ''): string {
  const known = pairs.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return table(known, indent);
}

/** A headline with its body below; `none` on the same line where there is nothing. */
export function section(title: string, body: string): string {
  return body === '' ? `${title}: none` : `${title}:\n${body}`;
}
