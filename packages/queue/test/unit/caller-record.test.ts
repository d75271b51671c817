import { DEAD_LETTER_CLASSES, readWord, type DeadLetterClass } from '@kieq/domain';
import { ATTEMPT_OUTCOMES, type GenerationRecord } from '@kieq/ledger';
import { describe, expect, test } from 'vitest';
import { callbackBody, callerRecord, deadFailure, isReportedFailed } from '../../src/deliveries/caller-record.ts';
import { recordOf } from '../record.ts';

const DIED = 1_754_000_000_000;
const HELD_UNTIL = DIED + 86_400_000;
/** As `notice-delivery.ts` has it for a callback that is due. */
const AFTER_EVERY_HOLD = Number.POSITIVE_INFINITY;

function dead(deadLetterClass: DeadLetterClass): GenerationRecord {
  const deadLetter = { class: deadLetterClass, openedAt: DIED, evidence: { summary: 'no' }, heldUntil: HELD_UNTIL };
  return recordOf('gen_0123456789', { state: 'dead', createdAt: DIED - 1000, since: DIED, endedAt: DIED, deadLetter });
}

describe('a dead generation', () => {
  test.each(DEAD_LETTER_CLASSES)('%s: the callback never says waiting, whatever is held and until when', (name) => {
    const body = callbackBody(callerRecord(dead(name), AFTER_EVERY_HOLD));
    expect(body).toMatchObject({ code: 501, msg: body.data.failMsg });
    expect(body.data).toMatchObject({ state: 'fail', failCode: name, completeTime: DIED, costTime: 1000 });
  });

  // Also a class that is not held any more, as a worker of before wrote it: query and callback go by what is written.
  test('shows as waiting to a query until the hold is over, and not a millisecond longer', () => {
    const record = dead('model_unavailable');
    const empty = { failCode: null, failMsg: null, completeTime: null, costTime: null };
    expect(callerRecord(record, HELD_UNTIL - 1)).toMatchObject({ state: 'waiting', ...empty });
    expect(callerRecord(record, HELD_UNTIL)).toMatchObject({ state: 'fail', failCode: 'model_unavailable' });
  });
});

describe('the result of a success', () => {
  const A = 'https://a.example/1.mp4';
  const B = 'https://a.example/2.mp4';
  const resultOf = (resultUrls: readonly string[], resultJson?: string): unknown => {
    const verdict = {
      state: 'success' as const,
      resultUrls: [...resultUrls],
      ...(resultJson === undefined ? {} : { resultJson }),
    };
    const record = recordOf('gen_0123456789', { state: 'succeeded', verdict });
    return callerRecord(record, 0).resultJson;
  };

  test('has the reported links in place of those of Kie, and everything else as Kie sent it', () => {
    const verdict = {
      state: 'success' as const,
      resultUrls: [A, B],
      resultJson: `{"resultUrls":["${A}","${B}"],"seed":1}`,
    };
    const record = recordOf('gen_0123456789', { state: 'succeeded', verdict });
    const ours = ['https://kieq.example/results/gen_0123456789.mp4?expires=1&signature=x', B];
    const { resultJson } = callerRecord(record, 0, ours);
    expect(JSON.parse(resultJson ?? '')).toEqual({ resultUrls: ours, seed: 1 });
  });

  test.each([
    ['Kie says it', [A], `{"resultUrls": ["${A}"],"seed":1}`],
    ['it is a text', [], '{"resultObject":{}}'],
    ['nobody can read it', [], 'nonsense'],
  ])('is told word for word where %s', (_why, urls, said) => {
    expect(resultOf(urls, said)).toBe(said);
  });

  test.each([
    ['result_urls', `{"result_urls":["${A}","${B}"],"seed":1}`, { seed: 1 }],
    ['objects', `{"resultUrls":[{"url":"${A}"},{"url":"${B}"}]}`, {}],
    ['blanks', `{"resultUrls":[" ${A}","${B}"]}`, {}],
    ['a bare list', `["${A}","${B}"]`, {}],
    ['no JSON', A, {}],
    ['nothing', undefined, {}],
  ])('has resultUrls, which is all that a client of Kie looks for, where Kie said %s', (_what, said, rest) => {
    expect(JSON.parse(String(resultOf([A, B], said)))).toMatchObject({ resultUrls: [A, B], ...rest });
  });
});

describe('what Kie said', () => {
  const refusal = { summary: 'Kie refused the parameters.', code: 422, msg: 'prompt is too long' };
  const refused = (attempts: GenerationRecord['attempts'] = []): GenerationRecord => {
    const deadLetter = { class: 'invalid_request', openedAt: DIED, evidence: refusal } as const;
    return recordOf('gen_0123456789', { state: 'dead', since: DIED, deadLetter, attempts });
  };

  test('reaches the caller in every interface', () => {
    const failure = { failCode: '422', failMsg: expect.stringMatching(/^prompt is too long \(.*Nothing was charged/) };
    expect(callerRecord(refused(), DIED)).toMatchObject(failure);
    expect(deadFailure(refused())).toEqual(failure);
    expect(deadFailure(recordOf('gen_0123456789', { state: 'queued' }))).toBeUndefined();
  });

  const outcomes = ['lost', 'expired', 'surplus', 'of a newer version'].map((text) => readWord(ATTEMPT_OUTCOMES, text));
  test.each(outcomes)('an older attempt that is %s may have been charged', (outcome) => {
    const attempt = { n: 1, tokenHash: 'h', admittedAt: 1, sendBy: 2, outcome };
    expect(callerRecord(refused([attempt]), DIED).failMsg).toMatch(/earlier submission .* may have been charged/);
  });
});

test('a failure is reported to the caller when the hold is over, and never for what goes on or succeeded', () => {
  expect(isReportedFailed(dead('task_lost'), HELD_UNTIL - 1)).toBe(false);
  expect(isReportedFailed(dead('task_lost'), HELD_UNTIL)).toBe(true);
  for (const state of ['queued', 'unknown', 'generating', 'archiving', 'succeeded'] as const)
    expect(isReportedFailed(recordOf('gen_0123456789', { state }), HELD_UNTIL)).toBe(false);
  expect(isReportedFailed(recordOf('gen_0123456789', { state: 'failed' }), 0)).toBe(true);
});

describe('what newer clients of Kie read', () => {
  const verdict = { state: 'success' as const, resultUrls: ['https://a.example/1.mp4'], resultJson: '{"seed":1}' };
  test.each([
    [
      'queued',
      { state: 'queued', since: 7 },
      { successFlag: 0, resultJson: '', response: null, progress: 0, updateTime: 7 },
    ],
    [
      'generating',
      { state: 'generating', since: 8 },
      { successFlag: 0, resultJson: '', response: null, updateTime: 8 },
    ],
    [
      'succeeded',
      { state: 'succeeded', endedAt: 9, since: 10, verdict },
      {
        successFlag: 1,
        resultJson: expect.any(String),
        response: { seed: 1, resultUrls: verdict.resultUrls },
        progress: 100,
        updateTime: 9,
      },
    ],
    [
      'failed',
      { state: 'failed', endedAt: 9, since: 9 },
      { successFlag: 3, resultJson: null, response: null, updateTime: 9 },
    ],
  ] as const)('of a generation that is %s', (_state, fields, expected) => {
    const { successFlag, resultJson, response, progress, updateTime } = callerRecord(
      recordOf('gen_0123456789', fields),
      11,
    );
    expect({ progress, successFlag, resultJson, response, updateTime }).toEqual(expected);
  });

  test('a result that is no JSON object has no parsed form', () => {
    const spoken = { state: 'success' as const, resultUrls: [], resultJson: 'nonsense' };
    const record = recordOf('gen_0123456789', { state: 'succeeded', verdict: spoken });
    expect(callerRecord(record, 0)).toMatchObject({ resultJson: 'nonsense', response: null });
  });
});
