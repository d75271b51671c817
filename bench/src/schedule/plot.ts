import { COLOURS, drawing, escaped } from '../report/svg.ts';
import type { Row } from './evaluate.ts';
import { kindsOf, optimumAt, type Means } from './optimum.ts';
import { MEASURED, type Truth } from './truths.ts';

/** Measured schedules of one truth, and the optimum. */
export interface Panel {
  readonly truth: Truth;
  readonly rows: readonly Row[];
}

const SIZE = { width: 300, height: 300, left: 72, top: 40, gap: 28, bottom: 96 } as const;
const POLLS = { least: 1, most: 50, ticks: [1, 2, 5, 10, 20, 50] } as const;
const DELAY = { least: 1_000, most: 100_000, ticks: [1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000] } as const;
const PRICES = Array.from({ length: 60 }, (_, i) => 20 * 10 ** (i / 11));

/** Mean polls against mean delay on logarithmic axes: a schedule is as good as it is near the line of the optimum. */
export function plotOf(panels: readonly Panel[]): string {
  const width = SIZE.left + panels.length * (SIZE.width + SIZE.gap);
  const height = SIZE.top + SIZE.height + SIZE.bottom;
  const names = panels[0]?.rows.map(({ schedule }) => schedule) ?? [];
  return drawing(width, height, [
    ...panels.flatMap((panel, i) => panelOf(panel, SIZE.left + i * (SIZE.width + SIZE.gap), i === 0)),
    `<text x="${SIZE.left + SIZE.width / 2}" y="${SIZE.top + SIZE.height + 36}" text-anchor="middle">mean polls per task</text>`,
    `<text transform="translate(16 ${SIZE.top + SIZE.height / 2}) rotate(-90)" text-anchor="middle">mean delay</text>`,
    ...legendOf(names),
  ]);
}

function panelOf({ truth, rows }: Panel, left: number, isFirst: boolean): string[] {
  const frame = `<rect x="${left}" y="${SIZE.top}" width="${SIZE.width}" height="${SIZE.height}" fill="none" stroke="#888"/>`;
  const title = `<text x="${left}" y="${SIZE.top - 10}" font-weight="bold">${escaped(truth.name)}</text>`;
  const points = rows.map(({ meanLooks, meanDelayMs }, i) => {
    const [x, y] = placeOf({ polls: meanLooks, delayMs: meanDelayMs }, left);
    return `<circle cx="${x}" cy="${y}" r="5" fill="${COLOURS[i % COLOURS.length]}"/>`;
  });
  return [frame, title, ...axesOf(left, isFirst), lineOf(truth, left), ...points];
}

function axesOf(left: number, isFirst: boolean): string[] {
  const bottom = SIZE.top + SIZE.height;
  const polls = POLLS.ticks.flatMap((tick) => {
    const [x] = placeOf({ polls: tick, delayMs: DELAY.least }, left);
    const grid = `<line x1="${x}" x2="${x}" y1="${SIZE.top}" y2="${bottom}" stroke="#eee"/>`;
    return [grid, `<text x="${x}" y="${bottom + 16}" text-anchor="middle">${tick}</text>`];
  });
  const delays = DELAY.ticks.flatMap((tick) => {
    const [, y] = placeOf({ polls: POLLS.least, delayMs: tick }, left);
    const grid = `<line x1="${left}" x2="${left + SIZE.width}" y1="${y}" y2="${y}" stroke="#eee"/>`;
    return isFirst ? [grid, `<text x="${left - 6}" y="${y + 4}" text-anchor="end">${tick / 1000} s</text>`] : [grid];
  });
  return [...polls, ...delays];
}

/** The optimum at every price that leads into the frame. */
function lineOf(truth: Truth, left: number): string {
  const kinds = kindsOf(Array.from({ length: MEASURED }, (_, task) => truth.of(task)));
  const means = PRICES.map((price) => optimumAt(kinds, price)).filter(isInside);
  const points = means.map((mean) => placeOf(mean, left).join(',')).join(' ');
  return `<polyline points="${points}" fill="none" stroke="#222" stroke-width="1.5"/>`;
}

function isInside({ polls, delayMs }: Means): boolean {
  return polls <= POLLS.most && delayMs >= DELAY.least && delayMs <= DELAY.most;
}

function placeOf({ polls, delayMs }: Means, left: number): [number, number] {
  const x = left + (SIZE.width * Math.log(polls / POLLS.least)) / Math.log(POLLS.most / POLLS.least);
  const y = SIZE.top + SIZE.height * (1 - Math.log(delayMs / DELAY.least) / Math.log(DELAY.most / DELAY.least));
  return [Number(x.toFixed(1)), Number(y.toFixed(1))];
}

function legendOf(names: readonly string[]): string[] {
  const y = SIZE.top + SIZE.height + 70;
  const line = `<line x1="${SIZE.left}" x2="${SIZE.left + 24}" y1="${y - 4}" y2="${y - 4}" stroke="#222" stroke-width="1.5"/>`;
  const optimum = `<text x="${SIZE.left + 30}" y="${y}">optimum that knows the distribution</text>`;
  const entries = names.map((name, i) => {
    const x = SIZE.left + 275 + (i === 0 ? 0 : 90 + (i - 1) * 130) + (i === names.length - 1 ? 30 : 0);
    const dot = `<circle cx="${x}" cy="${y - 4}" r="5" fill="${COLOURS[i % COLOURS.length]}"/>`;
    return `${dot}<text x="${x + 10}" y="${y}">${escaped(name)}</text>`;
  });
  return [line, optimum, ...entries];
}
