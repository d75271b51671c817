import { picture, shape, WIDTH, words } from './svg.ts';

/** A folder of the workspace, with the packages of ours that its manifest names. */
export interface Module {
  readonly name: string;
  readonly uses: readonly string[];
}

const TOP = 12;
const LEFT = 12;
const CHIP = 27;
const GAP = 8;

/** Apps on top; below them each package one row above the highest of those that it uses. */
export function packagesPicture(apps: readonly string[], packages: readonly Module[]): string {
  const levels = new Map<string, number>();
  const levelOf = (name: string): number => {
    const known = levels.get(name);
    if (known !== undefined) return known;
    const uses = packages.find((one) => one.name === name)?.uses ?? [];
    const level = uses.length === 0 ? 0 : 1 + Math.max(...uses.map(levelOf));
    levels.set(name, level);
    return level;
  };
  for (const { name } of packages) levelOf(name);
  const highest = Math.max(...levels.values());
  const rows = Array.from({ length: highest + 1 }, (_, i) => namesAt(levels, highest - i));
  const parts: string[] = [];
  let y = TOP;
  const row = (names: readonly string[], style: string): void => {
    const drawn = chips(names, y, style);
    parts.push(...drawn.parts);
    y = drawn.bottom + GAP;
  };
  row(
    apps.map((name) => `apps/${name}`),
    'app',
  );
  y += GAP;
  for (const names of rows) row(names, 'box');
  parts.push(words('Each uses only packages in rows below its own.', LEFT, y + 14, { class: 'quiet' }));
  return picture('Apps and packages in the order of their dependencies', y + 26, parts);
}

function namesAt(levels: ReadonlyMap<string, number>, level: number): string[] {
  return [...levels].flatMap(([name, own]) => (own === level ? [name] : [])).toSorted();
}

/** In a row, and in a further one where they do not fit. */
function chips(names: readonly string[], top: number, style: string): { parts: string[]; bottom: number } {
  let [x, y] = [LEFT, top];
  const parts = names.flatMap((name) => {
    const width = 20 + name.length * 7.2;
    if (x + width > WIDTH - LEFT) [x, y] = [LEFT, y + CHIP + GAP / 2];
    const at = x;
    x += width + GAP;
    return [
      shape('rect', style, { x: at.toFixed(1), y, width: width.toFixed(1), height: CHIP, rx: 5 }),
      words(name, Number((at + width / 2).toFixed(1)), y + 18, { 'text-anchor': 'middle', 'font-weight': 600 }),
    ];
  });
  return { parts, bottom: y + CHIP };
}
