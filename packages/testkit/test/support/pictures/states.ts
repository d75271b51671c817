import { DEAD_LETTERS, GENERATION_STATES, IN_FLIGHT_STATES, type GenerationState } from '@kieq/domain';
import { picture, shape, WIDTH, words } from './svg.ts';

/** One transition, from the states on the left to those on the right; `money` where it decides about a payment. */
interface Move {
  readonly script: string;
  readonly from: readonly GenerationState[];
  readonly to: readonly GenerationState[];
  readonly money?: true;
}

interface Group {
  readonly title: string;
  readonly moves: readonly Move[];
}

const rows = Object.values(DEAD_LETTERS);
const inOrder = (states: Iterable<GenerationState>): GenerationState[] => {
  const all = new Set(states);
  return GENERATION_STATES.filter((state) => all.has(state));
};
/** Out of which states a generation is given up, and where a redrive resumes it: as the table of classes says. */
const killedFrom = inOrder(rows.flatMap(({ killsFrom }) => killsFrom));
const resumesAt = inOrder(
  rows.flatMap((row) => [row.resumesAt, row.payAgainResumesAt]).filter((point) => point !== null && point !== 'notify'),
);

/** Every way from one state into another. */
export const GROUPS: readonly Group[] = [
  {
    title: 'the usual way',
    moves: [
      { script: 'create', from: [], to: ['queued'] },
      { script: 'admit', from: ['queued'], to: ['submitting'], money: true },
      { script: 'accept', from: ['submitting'], to: ['generating'] },
      { script: 'settle', from: ['generating'], to: ['archiving', 'succeeded', 'failed'] },
      { script: 'archived', from: ['archiving'], to: ['succeeded'] },
    ],
  },
  {
    title: 'Kie refuses, or fails a task at no cost',
    moves: [
      { script: 'refuse', from: ['submitting'], to: ['queued', 'generating', 'dead'] },
      { script: 'refuse', from: ['unknown'], to: ['queued'] },
      { script: 'resubmit', from: ['generating'], to: ['queued'] },
    ],
  },
  {
    title: 'the response to the submission is lost',
    moves: [
      { script: 'lose', from: ['submitting'], to: ['unknown'] },
      { script: 'expire', from: ['submitting'], to: ['unknown'] },
      { script: 'accept', from: ['queued', 'unknown', 'failed', 'cancelled', 'dead'], to: ['generating'] },
    ],
  },
  {
    title: 'given up, and a late verdict or result',
    moves: [
      { script: 'kill', from: killedFrom, to: ['dead'] },
      { script: 'settle', from: ['dead'], to: ['archiving', 'succeeded', 'failed'] },
      { script: 'archived', from: ['dead'], to: ['succeeded'] },
    ],
  },
  {
    title: 'operators and callers',
    moves: [
      { script: 'cancel', from: ['queued'], to: ['cancelled'] },
      { script: 'redrive', from: ['failed', 'dead'], to: ['queued'], money: true },
      { script: 'redrive', from: ['dead'], to: resumesAt.filter((state) => state !== 'queued') },
    ],
  },
];

const LEFT = 84;
const STEP = 38;
const TOP = 84;
const ROW = 23;
const GROUP = 30;
const laneOf = (state: GenerationState): number => LEFT + 20 + GENERATION_STATES.indexOf(state) * STEP;

/** Each state is a lane, each transition an arrow from lane to lane. */
export function statesPicture(): string {
  const parts: string[] = [];
  let y = TOP;
  for (const { title, moves } of GROUPS) {
    parts.push(words(title, 10, y + 16, { class: 'quiet', 'font-size': 11.5 }));
    y += GROUP;
    for (const move of moves) {
      parts.push(...arrowsOf(move, y));
      y += ROW;
    }
  }
  const height = y + 34;
  const legend = [
    shape('rect', 'shade', { x: 10, y: y + 8, width: 14, height: 14 }),
    words('a paid task may exist', 30, y + 19, { 'font-size': 11.5 }),
    shape('line', 'paid', { x1: 180, x2: 204, y1: y + 15, y2: y + 15, 'stroke-width': 2.5 }),
    words('decides whether a POST may leave', 210, y + 19, { 'font-size': 11.5 }),
  ];
  return picture('The states of a generation, and each transition from one into another', height, [
    ...lanes(y),
    ...parts,
    ...legend,
  ]);
}

function lanes(bottom: number): string[] {
  const [first, last] = [laneOf(IN_FLIGHT_STATES[0]), laneOf(IN_FLIGHT_STATES[IN_FLIGHT_STATES.length - 1] ?? 'dead')];
  const shade = shape('rect', 'shade', {
    x: first - STEP / 2,
    y: TOP - 4,
    width: last - first + STEP,
    height: bottom - TOP + 4,
  });
  const each = GENERATION_STATES.flatMap((state) => {
    const x = laneOf(state);
    return [
      shape('line', 'lane', { x1: x, x2: x, y1: TOP - 4, y2: bottom }),
      words(state, 0, 0, { transform: `translate(${x - 2} ${TOP - 10}) rotate(-50)`, 'font-weight': 600 }),
    ];
  });
  return [shade, ...each];
}

function arrowsOf({ script, from, to, money }: Move, y: number): string[] {
  const [line, head] = money === true ? ['paid', 'paidhead'] : ['line', 'head'];
  const tails = from.length === 0 ? [LEFT - 10] : from.map(laneOf);
  const heads = to.map(laneOf);
  const all = [...tails, ...heads];
  const source = (Math.min(...tails) + Math.max(...tails)) / 2;
  return [
    words(script, 10, y + 4, { 'font-weight': 600 }),
    shape('line', line ?? 'line', {
      x1: Math.min(...all),
      x2: Math.min(Math.max(...all), WIDTH),
      y1: y,
      y2: y,
      'stroke-width': money === true ? 2.5 : 1.6,
    }),
    ...(from.length === 0 ? [] : tails.map((x) => shape('circle', head ?? 'head', { cx: x, cy: y, r: 3 }))),
    ...heads.flatMap((x) => tipsAt(x, y, tails, source).map((points) => shape('polygon', head ?? 'head', { points }))),
  ];
}

/** An arrow's tip at each side from which a line comes. */
function tipsAt(x: number, y: number, tails: readonly number[], source: number): string[] {
  const sides = tails.length > 1 ? [...new Set(tails.map((tail) => Math.sign(x - tail)))] : [Math.sign(x - source)];
  return sides.map((side) => `${x},${y} ${x - side * 9},${y - 5} ${x - side * 9},${y + 5}`);
}
