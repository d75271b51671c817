import type { GenerationState } from '@kieq/domain';
import { picture, shape, words } from './svg.ts';

/** A step of a paid call: the script that writes it down, and the state that it leads to. */
interface Step {
  readonly title: string;
  readonly script?: string;
  readonly state?: GenerationState;
  /** Shown where there is neither. */
  readonly call?: string;
  readonly money?: true;
  /** What a crash behind this step leaves, and what repairs it; each string is one line. */
  readonly crash: readonly string[];
}

export const STEPS: readonly Step[] = [
  {
    title: 'the request is recorded',
    script: 'create',
    state: 'queued',
    crash: ['record without a job:', 'the sweeper adds one after 2 min'],
  },
  {
    title: 'the intent is written',
    script: 'admit',
    state: 'submitting',
    money: true,
    crash: ['sent or not? Nothing proves it:', 'the lease ends after 30 s → unknown'],
  },
  {
    title: 'the paid POST leaves',
    call: 'createTask',
    money: true,
    crash: [
      'response lost → unknown; never resent.',
      'A callback proves the task: adopted.',
      'None in 30 min: payment_unknown,',
      'and an operator decides',
    ],
  },
  {
    title: 'the taskId is written',
    script: 'accept',
    state: 'generating',
    crash: ['no poll job:', 'the sweeper adds one after 2 min'],
  },
  {
    title: 'recordInfo is polled',
    script: 'observe',
    state: 'generating',
    crash: ['another worker takes the job over,', 'after 15 to 40 s'],
  },
  {
    title: 'the verdict is booked',
    script: 'settle',
    state: 'archiving',
    crash: ['no archive job: the sweeper adds one;', 'a job left over ends without acting'],
  },
  {
    title: 'the result is saved',
    script: 'archived',
    state: 'succeeded',
    crash: ['no delivery job:', 'the sweeper adds one after 2 min'],
  },
  { title: 'the end is delivered', script: 'delivery_tried', crash: ['delivered again, same webhook-id'] },
];

const BOX = { x: 12, width: 186, height: 44 } as const;
const STEP = 82;
const TOP = 14;
const RIGHT = 212;

/** The steps in order; between two of them what a crash leaves there, and which part repairs it. */
export function paidCallPicture(): string {
  const parts = STEPS.flatMap((step, i) => stepAt(step, TOP + i * STEP, i === STEPS.length - 1));
  return picture(
    'A paid call step by step, with what a crash after each step leaves',
    TOP + STEPS.length * STEP,
    parts,
  );
}

function stepAt({ title, script, state, call, money, crash }: Step, y: number, isLast: boolean): string[] {
  const middle = BOX.x + BOX.width / 2;
  const below = [script, state, call].filter((word) => word !== undefined).join(' → ');
  const end = y + STEP;
  const at = y + BOX.height + (STEP - BOX.height) / 2;
  const arrow = isLast
    ? [shape('line', 'line', { x1: middle, x2: middle, y1: y + BOX.height, y2: at, 'stroke-width': 1.6 })]
    : [
        shape('line', 'line', { x1: middle, x2: middle, y1: y + BOX.height, y2: end - 6, 'stroke-width': 1.6 }),
        shape('polygon', 'head', { points: `${middle},${end} ${middle - 5},${end - 9} ${middle + 5},${end - 9}` }),
      ];
  return [
    shape('rect', money === true ? 'money' : 'box', { ...BOX, y, rx: 6 }),
    words(title, middle, y + 19, { 'text-anchor': 'middle', 'font-weight': 600 }),
    words(below, middle, y + 36, { class: 'quiet', 'text-anchor': 'middle', 'font-size': 11.5 }),
    ...arrow,
    shape('line', 'crash', { x1: middle - 14, x2: RIGHT - 6, y1: at, y2: at, 'stroke-width': 2 }),
    ...crash.map((line, i) =>
      words(line, RIGHT, at + 4 + (i - (crash.length - 1) / 2) * 15, { class: 'crashtext', 'font-size': 11.5 }),
    ),
  ];
}
