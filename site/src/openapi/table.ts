/** A table in Markdown; a line break ends it. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
  return `${lines.join('\n')}\n`;
}

/** Words for one line or cell: what Vue or HTML would read as a tag or an expression is only text. */
export function cell(words: string): string {
  const parts = words
    .replaceAll(/\s+/g, ' ')
    .trim()
    .split(/(`[^`]*`)/);
  return parts
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll('<', '&lt;').replaceAll('{{', '&#123;&#123;')))
    .join('')
    .replaceAll('|', String.raw`\|`);
}

/** As code, in a table too. */
export function code(words: string): string {
  return words.includes('`') ? cell(words) : `\`${words.replaceAll('|', String.raw`\|`)}\``;
}
