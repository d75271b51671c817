/** A recorded terminal as an animated drawing: CSS alone, so that it moves in an `img`, and stands still where motion is unwanted. */

/** What a program wrote, with ms since its start. `scripts/pictures/main.mjs` writes it. */
export interface Recording {
  readonly command: string;
  readonly events: readonly (readonly [number, string])[];
}

/** A text in a row of the screen, from when to when in ms; the last text of a row stays. */
export interface Line {
  readonly row: number;
  readonly text: string;
  readonly from: number;
  readonly to?: number;
}

const COLUMNS = 86;
const ROWS = 20;
const LINE_HEIGHT = 16;
const FONT_SIZE = 11.5;
const PADDING = 12;
const BAR = 26;
/** The drawing is quicker than the program was by this factor, and then stands for a while. */
const SPEED = 4;
const STANDS_MS = 5000;
/** A line that is written again and again is drawn at most this often, in ms of the recording. */
const LEAST_MS = 500;
/** Carriage return and "erase the line", as the demo's progress writes them. */
const REWRITE = '\r\u001B[2K';

const STYLE = [
  'text{font:11.5px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d7dee8;white-space:pre}',
  '.head{fill:#9aa7b6;font-family:system-ui,sans-serif}.prompt{fill:#8fd19e}.past{visibility:hidden}',
].join('');

/** The rows of the screen with their texts; long lines are wrapped as a terminal does. */
export function linesOf(events: Recording['events'], firstRow: number): Line[] {
  const lines: Line[] = [];
  let row = firstRow;
  for (const [at, output] of events) {
    for (const part of output.replaceAll('\r\n', '\n').split(/(?=\r)|(?<=\n)/)) {
      const text = part.replace(REWRITE, '').replace('\n', '');
      const current = lines.findLastIndex((line) => line.row === row);
      const before = lines[current];
      if (before === undefined) {
        for (const piece of wrapped(text)) lines.push({ row: row++, text: piece, from: at });
        row -= 1;
      } else if (text !== '' && at - before.from < LEAST_MS) {
        lines[current] = { ...before, text };
      } else if (text !== '' && text !== before.text) {
        lines[current] = { ...before, to: at };
        lines.push({ row, text, from: at });
      }
      if (part.endsWith('\n')) row += 1;
    }
  }
  return lines.filter(({ text }) => text !== '');
}

function wrapped(text: string): string[] {
  const pieces = [];
  for (let at = 0; at === 0 || at < text.length; at += COLUMNS) pieces.push(text.slice(at, at + COLUMNS));
  return pieces;
}

/** The animated drawing, which repeats without end. */
export function terminalPicture(title: string, { command, events }: Recording): string {
  const lines = [{ row: 0, text: `$ ${command}`, from: 0 }, ...linesOf(events, 1)];
  const tookMs = events.at(-1)?.[0] ?? 0;
  const lastsMs = Math.round(tookMs / SPEED) + STANDS_MS;
  const share = (ms: number): string => `${((ms / SPEED / lastsMs) * 100).toFixed(2)}%`;
  const width = Math.ceil(COLUMNS * FONT_SIZE * 0.6) + 2 * PADDING;
  const height = BAR + ROWS * LINE_HEIGHT + PADDING;
  const moves = movesOf(lines);
  const frames = new Map<string, string>();
  const named = (steps: string): string => {
    const name = frames.get(steps) ?? `k${frames.size}`;
    frames.set(steps, name);
    return name;
  };
  const texts = lines.map(({ row, text, from, to }) => {
    const end = to === undefined ? '' : `${share(to)}{visibility:hidden}`;
    const name = from === 0 ? '' : named(`0%{visibility:hidden}${share(from)}{visibility:visible}${end}`);
    const style = [name, to === undefined ? '' : 'past', row === 0 ? 'prompt' : ''].filter((word) => word !== '');
    return `<text class="${style.join(' ')}" x="${PADDING}" y="${row * LINE_HEIGHT + FONT_SIZE}">${escaped(text)}</text>`;
  });
  const scroll = named(moves.map(([at, up]) => `${share(at)}{transform:translateY(-${up}px)}`).join(''));
  const rules = [...frames].map(
    ([steps, name]) => `@keyframes ${name}{${steps}}.${name}{animation:${name} ${lastsMs}ms step-end infinite}`,
  );
  const lastUp = moves.at(-1)?.[1] ?? 0;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" xml:space="preserve">`,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}.screen{transform:translateY(-${lastUp}px)}@media (prefers-reduced-motion:no-preference){${rules.join('')}}</style>`,
    `<rect width="${width}" height="${height}" rx="6" fill="#12161c"/>`,
    `<text class="head" x="${PADDING}" y="17">The demo: ${Math.round(tookMs / 1000)} s, shown ${SPEED} times as fast</text>`,
    `<svg x="0" y="${BAR}" width="${width}" height="${ROWS * LINE_HEIGHT}"><g class="screen ${scroll}">`,
    ...texts,
    '</g></svg>',
    '</svg>',
    '',
  ].join('\n');
}

/** When the screen scrolls, in ms, and to which height: as soon as a row comes that has no room. */
function movesOf(lines: readonly Line[]): [number, number][] {
  const moves: [number, number][] = [[0, 0]];
  for (const { row, from } of lines) {
    const up = Math.max(0, row + 1 - ROWS) * LINE_HEIGHT;
    const last = moves.at(-1);
    if (last === undefined || up <= last[1]) continue;
    if (last[0] === from) last[1] = up;
    else moves.push([from, up]);
  }
  return moves;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
