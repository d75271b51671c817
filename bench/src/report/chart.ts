import { shortNumber, ticksUpTo } from './scale.ts';
import { colourOf, drawing, element, place } from './svg.ts';

/** Values of all series at one position of the horizontal axis; a missing one is left out. */
interface Group {
  readonly name: string;
  readonly values: readonly (number | undefined)[];
}

export interface Chart {
  readonly kind: 'bars' | 'line';
  /** What the vertical axis counts. */
  readonly title: string;
  readonly series: readonly string[];
  readonly groups: readonly Group[];
  /** Drawn as a dashed line, with its word. */
  readonly target?: { readonly value: number; readonly name: string };
}

const FRAME = { left: 64, top: 36, height: 240, bottom: 64, right: 20, group: 120, name: 150 } as const;
const GAP = 0.2;

interface Scene extends Chart {
  readonly width: number;
  readonly ticks: readonly number[];
}

/** Draws bars or a line; the vertical axis begins at 0, so that lengths compare as values do. */
export function chartOf(chart: Chart): string {
  const values = chart.groups.flatMap((group) => group.values).filter((value) => value !== undefined);
  const ticks = ticksUpTo(Math.max(0, chart.target?.value ?? 0, ...values));
  const width = Math.max(3 * FRAME.group, chart.groups.length * FRAME.group, chart.series.length * FRAME.name);
  const scene = { ...chart, ticks, width };
  return drawing(FRAME.left + scene.width + FRAME.right, FRAME.top + FRAME.height + FRAME.bottom, [
    element('text', { x: FRAME.left, y: 20, 'font-weight': 'bold' }, chart.title),
    ...axesOf(scene),
    ...(chart.kind === 'bars' ? barsOf(scene) : linesOf(scene)),
    ...targetOf(scene),
    ...legendOf(scene),
  ]);
}

function heightOf({ ticks }: Scene, value: number): number {
  return place(FRAME.top + FRAME.height * (1 - value / (ticks.at(-1) ?? 1)));
}

function middleOf({ width, groups }: Scene, at: number): number {
  return FRAME.left + (width / groups.length) * (at + 0.5);
}

function axesOf(scene: Scene): string[] {
  const right = FRAME.left + scene.width;
  const rows = scene.ticks.flatMap((tick) => {
    const y = heightOf(scene, tick);
    const grid = element('line', { x1: FRAME.left, x2: right, y1: y, y2: y, stroke: tick === 0 ? '#888' : '#eee' });
    return [grid, element('text', { x: FRAME.left - 6, y: y + 4, 'text-anchor': 'end' }, shortNumber(tick))];
  });
  const y = FRAME.top + FRAME.height + 18;
  const names = scene.groups.map(({ name }, i) =>
    element('text', { x: place(middleOf(scene, i)), y, 'text-anchor': 'middle' }, name),
  );
  return [...rows, ...names];
}

function barsOf(scene: Scene): string[] {
  const room = (scene.width / scene.groups.length) * (1 - GAP);
  const width = Math.min(60, room / scene.series.length);
  return scene.groups.flatMap(({ values }, at) =>
    values.flatMap((value, series) => {
      if (value === undefined) return [];
      const x = middleOf(scene, at) + (series - scene.series.length / 2) * width;
      return barOf(scene, { value, x, width, series });
    }),
  );
}

interface Bar {
  readonly value: number;
  readonly x: number;
  readonly width: number;
  readonly series: number;
}

function barOf(scene: Scene, { value, x, width, series }: Bar): string[] {
  const y = heightOf(scene, value);
  const size = { width: place(width - 2), height: place(FRAME.top + FRAME.height - y) };
  const label = { x: place(x + width / 2), y: y - 4, 'text-anchor': 'middle', 'font-size': 10 };
  return [
    element('rect', { x: place(x + 1), y, ...size, fill: colourOf(series) }),
    element('text', label, shortNumber(value)),
  ];
}

function linesOf(scene: Scene): string[] {
  return scene.series.flatMap((_, series) => {
    const points = scene.groups.flatMap(({ values }, at) => {
      const value = values[series];
      return value === undefined ? [] : [{ x: place(middleOf(scene, at)), y: heightOf(scene, value), value }];
    });
    const path = points.map(({ x, y }) => `${x},${y}`).join(' ');
    const line = element('polyline', { points: path, fill: 'none', stroke: colourOf(series), 'stroke-width': 2 });
    return [line, ...points.flatMap((point) => dotOf(point, series))];
  });
}

function dotOf({ x, y, value }: { readonly x: number; readonly y: number; readonly value: number }, series: number) {
  const label = { x, y: y - 8, 'text-anchor': 'middle', 'font-size': 10 };
  return [
    element('circle', { cx: x, cy: y, r: 4, fill: colourOf(series) }),
    element('text', label, shortNumber(value)),
  ];
}

function targetOf(scene: Scene): string[] {
  const { target, width } = scene;
  if (target === undefined) return [];
  const y = heightOf(scene, target.value);
  const ends = { x1: FRAME.left, x2: FRAME.left + width, y1: y, y2: y };
  return [
    element('line', { ...ends, stroke: '#222', 'stroke-dasharray': '6 4' }),
    element('text', { x: FRAME.left + width, y: y - 5, 'text-anchor': 'end', 'font-size': 10 }, target.name),
  ];
}

function legendOf({ series, width }: Scene): string[] {
  const y = FRAME.top + FRAME.height + 46;
  const room = width / series.length;
  return series.flatMap((name, i) => {
    const x = place(FRAME.left + i * room);
    return [
      element('rect', { x, y: y - 10, width: 12, height: 12, fill: colourOf(i) }),
      element('text', { x: x + 18, y }, name),
    ];
  });
}
