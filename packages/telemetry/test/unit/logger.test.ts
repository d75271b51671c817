import { createLogger, silentLogger } from '@kieq/telemetry';
import { expect, test } from 'vitest';

const API_KEY = 'kie-"quoted"-key-1234';
const REDIS_PASSWORD = 'pass/word@redis';
const ATTEMPT_TOKEN = 'attempt-token-0815';

function recorded(level: 'info' | 'debug' = 'info') {
  const lines: string[] = [];
  const destination = { write: (line: string): void => void lines.push(line) };
  const log = createLogger({ name: 'worker', level, instance: 'one', secrets: [API_KEY, REDIS_PASSWORD], destination });
  return { log, text: () => lines.join(''), parsed: () => lines.map((line): unknown => JSON.parse(line)) };
}

test('lines are JSON with ISO time, level, app, pid and instance', () => {
  const { log, parsed } = recorded();
  log.child({ generation: 'gen_1', attempt: 0, task: 'k1', job: 'gen_1-1' }).info({ waitMs: 0 }, 'admitted');
  expect(parsed()).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      app: 'worker',
      pid: process.pid,
      instance: 'one',
      generation: 'gen_1',
      attempt: 0,
      task: 'k1',
      job: 'gen_1-1',
      waitMs: 0,
      msg: 'admitted',
    },
  ]);
});

test('levels below the chosen one are silent', () => {
  const { log, text } = recorded();
  log.debug('not me');
  silentLogger().fatal('nor me');
  expect(text()).toBe('');
});

class VendorError extends Error {
  readonly request = { headers: { authorization: `Bearer ${API_KEY}` } };
  readonly command = { name: 'auth', args: ['default', REDIS_PASSWORD] };
}

const leak = `POST failed with ${API_KEY} and ${encodeURIComponent(REDIS_PASSWORD)}`;

test.each<[string, (log: ReturnType<typeof createLogger>) => void]>([
  ['a message', (log) => log.info(leak)],
  ['a format argument', (log) => log.info('%s and %j', leak, { password: REDIS_PASSWORD })],
  ['a nested object', (log) => log.info({ a: { b: { c: { d: { note: leak, apiKey: 'other-secret' } } } } })],
  ['an array', (log) => log.info({ list: [leak, { token: ATTEMPT_TOKEN }, ['authorization', ATTEMPT_TOKEN]] })],
  ['headers', (log) => log.info({ headers: { Authorization: ATTEMPT_TOKEN, 'x-api-key': [ATTEMPT_TOKEN] } })],
  ['fetch headers', (log) => log.info({ headers: new Headers({ Authorization: ATTEMPT_TOKEN }) })],
  ['a map', (log) => log.info({ map: new Map([['token', ATTEMPT_TOKEN]]) })],
  ['an error', (log) => log.error(new VendorError(leak, { cause: new Error(leak) }))],
  [
    'an error among fields',
    (log) =>
      log.error({ err: new AggregateError([new VendorError(leak)], leak), failure: new VendorError(leak) }, leak),
  ],
  [
    'child bindings',
    (log) => log.child({ token: ATTEMPT_TOKEN, deep: { down: { password: ATTEMPT_TOKEN, note: leak } } }).info('x'),
  ],
  ['a secret as a name', (log) => log.info({ [API_KEY]: 1 })],
  ['a secret as the name of a text', (log) => log.info({ [API_KEY]: 'text' })],
  ['a callback address', (log) => log.info({ url: `https://q.example/callbacks/kie/gen_1/${ATTEMPT_TOKEN}` })],
  ['an address with a password', (log) => log.info(`redis://:${REDIS_PASSWORD}@host and redis://u:other-secret@host`)],
])('no secret leaves through %s', (_where, write) => {
  const { log, text, parsed } = recorded();
  write(log);
  expect(parsed()).toHaveLength(1);
  const forms = [API_KEY, REDIS_PASSWORD].flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
  ]);
  for (const secret of [...forms, ATTEMPT_TOKEN, 'other-secret']) expect(text()).not.toContain(secret);
  expect(text()).toContain('***');
});

test('a secret that is a word hides neither names of fields nor sentences, only values', () => {
  const lines: string[] = [];
  const destination = { write: (line: string): void => void lines.push(line) };
  const log = createLogger({ name: 'worker', instance: 'one', secrets: ['queue'], destination });
  log.info({ queue: 'submit', note: 'queue', tries: 1 }, 'the queue is open');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ queue: 'submit', note: '***', msg: 'the queue is open' });
});

test('what would turn a line around in a terminal is an escape', () => {
  const { log, text, parsed } = recorded();
  log.info({ prompt: 'a\u202Eb' }, 'seen');
  expect(text()).toContain(String.raw`a\u202eb`);
  expect(parsed()).toMatchObject([{ prompt: 'a\u202Eb' }]);
});

test('an error keeps its type, message, code and cause', () => {
  const { log, parsed } = recorded();
  log.error(Object.assign(new TypeError('no room'), { code: 'full', cause: new Error('why') }), 'failed');
  const [line] = parsed();
  expect(line).toMatchObject({
    msg: 'failed',
    err: {
      type: 'TypeError',
      message: 'no room',
      code: 'full',
      stack: expect.stringContaining('no room'),
      cause: { message: 'why' },
    },
  });
});
