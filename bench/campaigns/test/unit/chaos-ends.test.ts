import type { GenerationRecord } from '@kieq/ledger';
import type { Task } from '@kieq/simulator';
import { expect, test } from 'vitest';
import { endProblems } from '../../src/chaos/ends.ts';
import type { Case, TakenCallbacks } from '../../src/chaos/findings.ts';
import type { Order } from '../../src/chaos/orders.ts';
import { recordOf } from '../../../../packages/queue/test/record.ts';

const ID = 'gen_0123456789';
const NO_OWNER: TakenCallbacks = new Map();

function task(taskId: string, state: Task['state']): Task {
  const status = state === 'charged' ? 'success' : state === 'refunded' ? 'fail' : 'running';
  return {
    taskId,
    model: 'm',
    prompt: 'p',
    credits: 55,
    state,
    submission: 1,
    createTimeMs: 0,
    request: { model: 'm', input: {} },
    status,
    endsAtMs: 0,
    failCode: undefined,
    failMsg: undefined,
    terminalCode: undefined,
    denied: false,
    callbacksSent: 0,
  };
}

type Outcome = GenerationRecord['attempts'][number]['outcome'];

function attempt(n: number, outcome: Outcome, taskId?: string): GenerationRecord['attempts'][number] {
  return { n, tokenHash: '', admittedAt: 0, sendBy: 0, outcome, ...(taskId === undefined ? {} : { taskId }) };
}

const ORDER: Order = {
  prompt: 'p',
  door: 'native',
  tenant: 'shop',
  key: 'k',
  wantsCallback: false,
  id: ID,
  paidAgain: 0,
  cancelled: false,
};
const SUCCEEDED: Partial<GenerationRecord> = {
  state: 'succeeded',
  taskId: 't1',
  attempts: [attempt(1, 'accepted', 't1')],
  verdict: { state: 'success', resultUrls: ['http://kie/results/t1.mp4'] },
};
const UNKNOWN: Partial<GenerationRecord> = {
  state: 'dead',
  attempts: [attempt(1, 'lost')],
  deadLetter: { class: 'payment_unknown', openedAt: 0, evidence: { summary: '' } },
};

function caseOf(
  record: Partial<GenerationRecord> | undefined,
  tasks: readonly Task[],
  order: Partial<Order> = {},
): Case {
  return {
    prompt: 'p',
    order: { ...ORDER, ...order },
    record: record === undefined ? undefined : recordOf(ID, record),
    submissions: [],
    tasks,
    charged: tasks.filter(({ state }) => state !== 'refunded'),
  };
}

const rules = (one: Case, taken = NO_OWNER): string[] => endProblems(one, taken).map(({ rule }) => rule);

test.each([
  ['a success that is charged once', caseOf(SUCCEEDED, [task('t1', 'charged')])],
  [
    'a second charge that a person asked for',
    caseOf(SUCCEEDED, [task('t0', 'charged'), task('t1', 'charged')], { paidAgain: 1 }),
  ],
  ['a lost response whose task no callback named', caseOf(UNKNOWN, [task('t1', 'charged')])],
  ['a refused order that was never acknowledged', caseOf(undefined, [], { id: undefined })],
])('%s is fine', (_what, one) => {
  // The older attempt of a generation that was paid again is without a task.
  const attempts = one.tasks.length > 1 ? [attempt(1, 'lost'), attempt(2, 'accepted', 't1')] : undefined;
  const record = one.record === undefined || attempts === undefined ? one.record : { ...one.record, attempts };
  expect(rules({ ...one, record })).toEqual([]);
});

test.each([
  [
    'two charges',
    caseOf(SUCCEEDED, [task('t0', 'charged'), task('t1', 'charged')]),
    ['charged twice', 'paid video lost'],
  ],
  [
    'a charge after a cancellation',
    caseOf({ state: 'cancelled' }, [task('t1', 'held')], { cancelled: true }),
    ['charged twice', 'paid video lost'],
  ],
  ['a cancellation that was forgotten', caseOf(SUCCEEDED, [], { cancelled: true }), ['lost', 'wrong end']],
  ['an acknowledged order without a record', caseOf(undefined, []), ['lost']],
  ['a charge without a record', caseOf(undefined, [task('t1', 'charged')], { id: undefined }), ['lost']],
  ['an order under another id', caseOf(SUCCEEDED, [task('t1', 'charged')], { id: 'gen_other' }), ['lost']],
  [
    'a generation without an end',
    caseOf({ state: 'generating', attempts: [attempt(1, 'accepted', 't1')] }, [task('t1', 'held')]),
    ['lost'],
  ],
  ['a success that Kie refunded', caseOf(SUCCEEDED, [task('t1', 'refunded')]), ['wrong end']],
  [
    'the result of another task',
    caseOf({ ...SUCCEEDED, verdict: { state: 'success', resultUrls: ['http://kie/results/t2.mp4'] } }, [
      task('t1', 'charged'),
    ]),
    ['wrong end'],
  ],
  ['a failure that Kie charged', caseOf({ ...SUCCEEDED, state: 'failed' }, [task('t1', 'charged')]), ['wrong end']],
  ['dead without a dead letter', caseOf({ state: 'dead' }, []), ['wrong end']],
  [
    'a deadline that never came',
    caseOf({ ...UNKNOWN, deadLetter: { class: 'deadline_exceeded', openedAt: 0, evidence: { summary: '' } } }, []),
    ['wrong end'],
  ],
  ['unknown payment of what was refused', caseOf({ ...UNKNOWN, attempts: [attempt(1, 'refused')] }, []), ['wrong end']],
])('%s is found', (_what, one, expected) => {
  expect(rules(one)).toEqual(expected);
});

const HOME: TakenCallbacks = new Map([
  ['t1', [{ taskId: 't1', url: '', sentAtMs: 0, genuine: true, status: 200, attempt: 1 }]],
]);

test('a task that came home by its callback and was not adopted is found', () => {
  expect(rules(caseOf(UNKNOWN, [task('t1', 'charged')]), HOME)).toEqual(['wrong end']);
});

test('unless Kie never shows whose it is: then it cannot be adopted', () => {
  expect(rules(caseOf(UNKNOWN, [{ ...task('t1', 'charged'), denied: true }]), HOME)).toEqual([]);
  expect(rules(caseOf(UNKNOWN, [{ ...task('t1', 'refunded'), terminalCode: 501 }]), HOME)).toEqual([]);
});
