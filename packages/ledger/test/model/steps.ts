import * as fc from 'fast-check';
import { ENDING } from './moves/ending.ts';
import { FLEET } from './moves/fleet.ts';
import { FOLLOWING } from './moves/following.ts';
import type { Move, Numbers } from './moves/stage.ts';
import { BY_PLACE, SUBMITTING } from './moves/submitting.ts';

export const MOVES = { ...SUBMITTING, ...FOLLOWING, ...ENDING, ...FLEET } satisfies Record<string, Move>;
export type MoveName = keyof typeof MOVES;

/** One step of a history: a move, its numbers, and whether its call is sent twice. */
export interface Step extends Numbers {
  readonly move: MoveName;
  readonly isTwice: boolean;
}

/** How often each comes, so that histories reach the far states. */
const WEIGHTS: Readonly<Record<MoveName, number>> = {
  create: 6,
  admit: 14,
  send: 12,
  answer: 12,
  uploaded: 3,
  postpone: 1,
  stranger: 2,
  adopt: 4,
  misadopt: 1,
  expire: 5,
  cancel: 1,
  finish: 7,
  settle: 6,
  resubmit: 2,
  callback: 3,
  forge: 2,
  unclaim: 1,
  poll: 3,
  observe: 3,
  requeue: 2,
  archived: 3,
  unsaved: 5,
  kill: 7,
  bury: 1,
  redrive: 8,
  purge: 1,
  deliveryTried: 5,
  redeliver: 1,
  gate: 4,
  configure: 1,
  sweep: 3,
  list: 1,
  peek: 1,
  peekPolls: 1,
  pollPermit: 1,
  pollDone: 1,
  mirrored: 1,
  presence: 1,
  again: 6,
  pass: 12,
};

const number = fc.nat(7);
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys are those of the record
const names = Object.keys(WEIGHTS) as MoveName[];
const step: fc.Arbitrary<Step> = fc.record({
  move: fc.oneof(...names.map((name) => ({ weight: WEIGHTS[name], arbitrary: fc.constant(name) }))),
  a: number,
  b: number,
  c: number,
  isTwice: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

function then(move: MoveName, numbers: Partial<Numbers>): Step {
  return { move, a: 7, b: 0, c: 0, isTwice: false, ...numbers };
}

type Tail = (b: number, c: number) => readonly Step[];

/** The outcome of a request without interference. */
const TAILS: readonly [Tail, ...Tail[]] = [
  (b, c) => [then('answer', { b, c })],
  (b, c) => [then('answer', { c: 0 }), then('finish', { b: 0 }), then('settle', { b, c })],
  (b) => [then('answer', { c: 0 }), then('finish', { b: 7 }), then('resubmit', {}), then('admit', { b })],
  // Its worker is silent until its lease is over and a person has decided: it may still come back.
  () => [then('pass', { a: 4 }), then('expire', {}), then('pass', { a: 2 }), then('kill', { c: 2 })],
  // Its answer is lost, and a person decides while it could still be sent.
  () => [then('answer', { c: 7 }), then('pass', { a: 2 }), then('kill', { c: 2 })],
  // It succeeds without a result, is given up for it, and asked for again.
  (b) => [
    then('answer', { c: 0 }),
    ...[1, 2].flatMap(() => [then('observe', { b: 4 }), then('pass', { a: 1 })]),
    then('kill', { b: 2, c: 2 }),
    then('redrive', { c: b % 2 }),
    then('observe', { b: 4 }),
  ],
];
const PAID_AGAIN = [then('redrive', { c: 1 }), then('admit', {})];

/** Several steps that belong together, so that histories reach what chance alone seldom does. */
const course = fc
  .tuple(number, number, number, fc.nat(TAILS.length + 1))
  .map(([a, b, c, n]): Step[] => [
    then('admit', { a, b: 0 }),
    then('send', { b: c }),
    ...(TAILS[n < TAILS.length ? n : n - 3] ?? TAILS[0])(b, c),
    ...(n >= TAILS.length ? PAID_AGAIN : []),
  ]);

/** Kie refuses one after the other, mostly in the same words, then perhaps its canary. */
const refusals = fc.tuple(number, number).map(([a, b]): Step[] => {
  const refused = (n: number, words: Partial<Numbers>): Step[] => [
    then('admit', { a: n }),
    then('send', { b: 2 }),
    then('answer', words),
  ];
  return [
    ...refused(2, b < 2 ? { ...BY_PLACE, b: 7 } : BY_PLACE),
    ...refused(3, BY_PLACE),
    then('pass', { a: 4 }),
    then('admit', { a }),
    then('send', { b }),
    then('answer', BY_PLACE),
  ];
});
const part = fc.oneof(
  { weight: 16, arbitrary: step.map((one) => [one]) },
  { weight: 2, arbitrary: course },
  { weight: 1, arbitrary: refusals },
);

/** Histories of workers, operators and callbacks that interfere with each other; two generations are there from the start. */
export const histories: fc.Arbitrary<readonly Step[]> = fc
  .tuple(fc.tuple(number, number), fc.array(part, { minLength: 1, maxLength: 120, size: 'max' }))
  .map(([kinds, steps]) => [
    ...kinds.map((b, a) => ({ move: 'create', a, b, c: 0, isTwice: false }) as const),
    ...steps.flat(),
  ]);
