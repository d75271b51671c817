import type { ScriptName } from '../../../src/contract/index.ts';
import type { Dump } from '../dump.ts';

type Answer = Readonly<Record<string, unknown>>;

/** What a second sending answers or changes otherwise, and why that does no harm. */
interface Difference {
  /** The fields that differ in the second answer. */
  readonly answer: (first: Answer) => Answer;
  /** The fields of keys that differ, with `*` for an id. */
  readonly keys?: readonly string[];
  readonly why: string;
}

const EXISTS: Difference = {
  answer: () => ({ kind: 'exists' }),
  why: 'the same generation; whoever calls again hears that it is there',
};
const OPENED: Difference = { answer: () => ({ kind: 'not_closed' }), why: 'the gate is open' };
const COUNTED: Difference = {
  answer: ({ callbacksSeen }) => ({ callbacksSeen: Number(callbacksSeen) + 1 }),
  keys: ['gen:*.hints', 'stats.hinted'],
  why: 'a callback is counted as often as it comes; each only pulls a look forward',
};

/** By script and case. Everything that is not here is the same to the last byte. */
export const DIFFERENCES: Readonly<Record<string, Difference>> = {
  'create created': EXISTS,
  'create created: in a window for equal requests': EXISTS,
  'create created: asked at once where everything is refused': EXISTS,
  'admit admitted': {
    answer: () => ({ slots: 0 }),
    why: 'a hint how many more may be taken at once; too few is never wrong',
  },
  'callback calledBack': COUNTED,
  'callback claimed': COUNTED,
  'callback too_many': COUNTED,
  'callback no_task': COUNTED,
  'callback settled': COUNTED,
  'unclaim dropped': { answer: () => ({ kind: 'none' }), why: 'nobody reads this answer' },
  'gate opened': OPENED,
  'gate opened: by the balance': OPENED,
  'gate claimed': {
    answer: () => ({ kind: 'not_yet', waitMs: 30_000 }),
    why: 'a probe that nobody makes; the next one comes an interval later',
  },
  'gate claimed: the balance': {
    answer: () => ({ kind: 'not_yet', waitMs: 300_000 }),
    why: 'a balance that nobody asks for; the next one comes an interval later',
  },
  'sweep leader: with much to do': {
    answer: () => ({ due: [], deliveries: [] }),
    why: 'what a round hands out is handed out again after vehicleCheckMs, unless something has moved it',
  },
};

/** Times in answers, which go on. */
export const ANSWER_TIMES = [
  'waitMs',
  'leaseMs',
  'delayMs',
  'ageMs',
  'waitedMs',
  'pollingForMs',
  'missingForMs',
  'delivery',
  'at',
  'since',
];

/** What a second sending at a later moment may change in addition: times that count from the last call. */
export const KEY_TIMES: Partial<Record<ScriptName, readonly string[]>> = {
  callback: ['gen:*.nextPollAt', 'watch.*'],
  poll: ['polls.permit'],
  poll_permit: ['polls.permit'],
  poll_done: ['polls.permit'],
  observe: ['polls.permit', 'poll:hold'],
  settle: ['polls.permit'],
  uploaded: ['gen:*.linksAt'],
  gate: ['stats.balanceAt'],
  announce: ['workers.worker-1', 'workers:told.worker-1', 'workers:seen'],
  leave: ['workers:seen'],
};

/** Where two dumps differ: `key.field` for hashes and sorted sets, `key` for everything else; ids as `*`. */
export function differingKeys(before: Dump, after: Dump): string[] {
  const slots = new Set<string>();
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    for (const place of differingFields(name, before[name]?.value, after[name]?.value)) {
      slots.add(place.replaceAll(/gen_\w+/g, '*'));
    }
  }
  return [...slots].toSorted();
}

function differingFields(name: string, before: unknown, after: unknown): string[] {
  if (!isFields(before) || !isFields(after)) return JSON.stringify(before) === JSON.stringify(after) ? [] : [name];
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...fields].filter((field) => before[field] !== after[field]).map((field) => `${name}.${field}`);
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
