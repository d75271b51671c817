import { expect, test } from 'vitest';
import { usableOptions } from '../../src/loop/usable-options.ts';

test.each<[string, unknown, object]>([
  ['none', undefined, {}],
  ['what is no object', 'x', {}],
  [
    'attempts, backoff and the like',
    { attempts: 5, backoff: { type: 'x' }, parent: {}, keepLogs: 'x', lifo: true },
    {},
  ],
  ['rules of keeping', { removeOnComplete: true, removeOnFail: 7 }, { removeOnComplete: true, removeOnFail: 7 }],
  ['a rule by age and count', { removeOnFail: { age: 1, count: 2 } }, { removeOnFail: { age: 1, count: 2 } }],
  ['a rule by count', { removeOnFail: { count: 0 } }, { removeOnFail: { count: 0 } }],
  ['a rule without a word', { removeOnFail: {} }, { removeOnFail: false }],
  ['rules of the wrong type', { removeOnComplete: { age: 'x' }, removeOnFail: -1 }, {}],
  ['a trace', { telemetry: { metadata: '{}', omitContext: 1 } }, { telemetry: { metadata: '{}' } }],
  ['a trace that is no text', { telemetry: { metadata: 7 } }, {}],
])('%s', (_what, options, usable) => {
  expect(usableOptions(options)).toEqual(usable);
});
