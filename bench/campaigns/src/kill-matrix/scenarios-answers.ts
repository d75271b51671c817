import { answered, followed, scenario, type Scenario } from './scenario.ts';

/** Every kind of answer of createTask. */
const submissions: readonly Scenario[] = [
  scenario('accepted', ['succeeded'], (subject) => subject.enqueue()),
  answered('accepted after half a lock', { kind: 'delayAnswer', ms: 530 }),
  answered('slow body', { kind: 'slowBody', ms: 200 }),
  answered('error with a task', { kind: 'errorWithTaskId' }),
  answered('429 as envelope', { kind: 'envelope429' }),
  answered('429 as status', { kind: 'status429', retryAfter: 1 }),
  answered('402', { kind: 'envelope402' }),
  answered('402 as status', { kind: 'status402' }),
  answered('401', { kind: 'code', code: 401 }),
  answered('433', { kind: 'code', code: 433 }),
  answered('455', { kind: 'code', code: 455 }),
  answered('500 envelope', { kind: 'code', code: 500 }),
  answered('500 that is validation', { kind: 'code', code: 500, msg: 'This field is required' }),
  answered('422', { kind: 'code', code: 422 }, ['succeeded', 'dead:invalid_request']),
  answered('505', { kind: 'code', code: 505 }, ['dead:model_unavailable']),
  answered('502 page', { kind: 'html' }),
  answered('502 page, created', { kind: 'html', created: true }),
  answered('redirect', { kind: 'redirect', location: 'http://127.0.0.1:9/' }),
  answered('cut before creation', { kind: 'cutBefore' }),
  answered('cut after creation', { kind: 'cutAfter' }),
  answered('cut within the body', { kind: 'cutBody' }),
  answered('timeout before creation', { kind: 'hangBefore' }),
  answered('timeout after creation', { kind: 'hangAfter' }),
  answered('no task id, created', { kind: 'noTaskId', created: true }),
  answered('no JSON', { kind: 'invalidJson' }),
  scenario('500 again and again', ['dead:refused_repeatedly'], async (subject) => {
    subject.script({ on: 'createTask', when: { times: 'always' }, fault: { kind: 'code', code: 500 } });
    await subject.enqueue();
  }),
];

const lost = { on: 'callback', fault: { kind: 'lost' } } as const;

/** Every kind of answer of recordInfo, and every fate of a task. */
const polls: readonly Scenario[] = [
  followed('verdict fail', [{ on: 'task', fault: { kind: 'fail' } }], ['failed']),
  followed('transient fail', [{ on: 'task', fault: { kind: 'transientFail' } }]),
  followed('transient fail, then cut', [
    { on: 'task', fault: { kind: 'transientFail' } },
    { on: 'createTask', when: { skip: 1 }, fault: { kind: 'cutBefore' } },
  ]),
  followed('code 408', [{ on: 'recordInfo', fault: { kind: 'code408' } }], ['failed', 'succeeded']),
  followed('runs for long', [lost, { on: 'task', fault: { kind: 'duration', ms: 1500 } }]),
  followed('unheard-of state', [{ on: 'recordInfo', fault: { kind: 'state', word: 'queuing' } }]),
  followed('recordInfo 429', [{ on: 'recordInfo', fault: { kind: 'envelope429' } }]),
  followed('recordInfo 401', [{ on: 'recordInfo', fault: { kind: 'code', code: 401 } }]),
  followed('recordInfo 502 page', [{ on: 'recordInfo', when: { times: 2 }, fault: { kind: 'html' } }]),
  followed('recordInfo cut', [lost, { on: 'recordInfo', when: { times: 2 }, fault: { kind: 'cutBefore' } }]),
  followed('recordInfo slow', [{ on: 'recordInfo', fault: { kind: 'delayAnswer', ms: 700 } }]),
  followed('late result', [{ on: 'recordInfo', when: { times: 3 }, fault: { kind: 'result', resultJson: '' } }]),
  followed('task denied at first', [lost, { on: 'task', fault: { kind: 'unknownFor', ms: 400 } }]),
];

/** Every kind of callback. */
const callbacks: readonly Scenario[] = [
  followed('callback lost', [lost]),
  followed('callback early', [{ on: 'callback', fault: { kind: 'early' } }]),
  followed('callback late', [{ on: 'callback', fault: { kind: 'late', ms: 600 } }]),
  followed('callback doubled', [{ on: 'callback', fault: { kind: 'duplicated', copies: 2 } }]),
  followed('callback forged: body', [{ on: 'callback', fault: { kind: 'forged' } }]),
  followed('callback forged: task', [{ on: 'callback', fault: { kind: 'forged', variant: 'taskId' } }]),
].map((one): Scenario => ({ ...one, needsCallbacks: true }));

export const ANSWERS: readonly Scenario[] = [...submissions, ...polls, ...callbacks];
