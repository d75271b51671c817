import { expect, test } from 'vitest';
import { readRecord } from '../../src/record.ts';

const NOTHING = {
  state: undefined,
  model: undefined,
  failCode: undefined,
  failMsg: undefined,
  creditsConsumed: undefined,
  createTime: undefined,
  completeTime: undefined,
};

test.each<[string, object, object]>([
  ['fields that are null', { state: null, model: null, failCode: null, failMsg: null, createTime: null }, {}],
  ['a state with blanks around it', { state: ' success ' }, { state: 'success' }],
  ['blank texts', { state: ' ', failCode: '', failMsg: '' }, {}],
  ['a failure code that is a number', { failCode: 501, failMsg: 0 }, { failCode: '501', failMsg: '0' }],
  ['amounts as text', { creditsConsumed: ' 1.5 ', createTime: '7' }, { creditsConsumed: 1.5, createTime: 7 }],
  ['nothing consumed, and no time', { creditsConsumed: 0, createTime: 0, completeTime: -1 }, { creditsConsumed: 0 }],
  ['amounts that are none', { creditsConsumed: '-1', createTime: 'soon', completeTime: true }, {}],
  ['hundreds of digits', { creditsConsumed: '9'.repeat(400), createTime: Number('1e999') }, {}],
])('%s', (_what, data, read) => {
  expect(readRecord(data)).toEqual({ ...data, ...NOTHING, ...read });
});

test('what else the vendor says stays as it is', () => {
  expect(readRecord({ resultJson: '{}', taskId: 7 })).toEqual({ ...NOTHING, resultJson: '{}', taskId: 7 });
});

test.each([[null], ['text'], [[]], [undefined], [1]])('%j is no record', (data) => {
  expect(readRecord(data)).toBeUndefined();
});
