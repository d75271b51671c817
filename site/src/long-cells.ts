import type { MarkdownRenderer } from 'vitepress';

/** Characters of a cell that needs room: on a telephone its table becomes wider, and is pushed sideways. */
const LONG = 60;

/** Gives long cells of tables the class `long`. */
export function markLongCells(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('long-cells', ({ tokens }) => {
    for (const [index, token] of tokens.entries()) {
      const content = tokens[index + 1]?.content ?? '';
      if (token.type === 'td_open' && content.length > LONG) token.attrJoin('class', 'long');
    }
  });
}
