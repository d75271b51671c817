/** A run of a line: ordinary words, or a command. */
interface Run {
  readonly text: string;
  readonly isCode: boolean;
}

/** Widths of a mean character of the picture's two fonts, in px; generous, since fonts differ by machine. */
const SANS_PX = 6.6;
const CODE_PX = 7.3;

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/**
 * Text as SVG, in lines of at most this width: words between backticks in the font of code.
 * @param widthPx of a line, in px at 13 px text
 * @returns the content of one `<text>` for each line
 */
export function linesOf(markdown: string, widthPx: number): string[] {
  const lines: string[][] = [];
  let leftPx = 0;
  for (const word of wordsOf(markdown)) {
    const neededPx = widthOf(word);
    if (neededPx > leftPx) {
      lines.push([]);
      leftPx = widthPx;
    }
    lines.at(-1)?.push(word.map(drawn).join(''));
    leftPx -= neededPx;
  }
  return lines.map((words) => words.join(' '));
}

/** Words between blanks; one may be partly code, as a command in brackets is. */
function wordsOf(markdown: string): Run[][] {
  const words: Run[][] = [[]];
  for (const [i, segment] of markdown.split('`').entries()) {
    for (const [j, text] of segment.split(' ').entries()) {
      if (j > 0) words.push([]);
      if (text !== '') words.at(-1)?.push({ text, isCode: i % 2 === 1 });
    }
  }
  return words.filter((word) => word.length > 0);
}

/** With the blank behind it. */
function widthOf(word: readonly Run[]): number {
  return word.reduce((px, { text, isCode }) => px + text.length * (isCode ? CODE_PX : SANS_PX), SANS_PX);
}

function drawn({ text, isCode }: Run): string {
  return isCode ? `<tspan font-family="monospace" font-size="12">${escaped(text)}</tspan>` : escaped(text);
}
