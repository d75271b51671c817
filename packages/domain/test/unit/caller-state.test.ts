import {
  callerState,
  DEAD_LETTER_CLASSES,
  GENERATION_STATES,
  HELD_CLASSES,
  DEAD_LETTERS,
  type DeadLetterClass,
} from '@kieq/domain';
import { describe, expect, test } from 'vitest';

const deadLetter = (
  deadLetterClass: DeadLetterClass,
  heldUntil?: number,
  kie: { code?: number; msg?: string } = {},
) => ({
  class: deadLetterClass,
  evidence: { summary: 'as Kie said', ...kie },
  heldUntil,
});

test.each(['queued', 'submitting', 'unknown', 'generating', 'archiving'] as const)('%s shows as waiting', (state) => {
  expect(callerState({ state }, 0)).toEqual({ state: 'waiting' });
});

test('every state shows as one that Kie knows', () => {
  for (const state of GENERATION_STATES) {
    expect(['waiting', 'success', 'fail']).toContain(callerState({ state }, 0).state);
  }
});

test('a success stays one, whatever its dead letter', () => {
  expect(callerState({ state: 'succeeded', deadLetter: deadLetter('notify_failed') }, 0)).toEqual({
    state: 'success',
  });
});

describe('a failure', () => {
  test('says what Kie said, at once', () => {
    const verdict = { failCode: '500', failMsg: 'Content was flagged' };
    expect(callerState({ state: 'failed', verdict, deadLetter: deadLetter('generation_failed') }, 10_001)).toEqual({
      state: 'fail',
      ...verdict,
    });
  });

  test('without words of Kie has words of ours', () => {
    expect(callerState({ state: 'failed' }, 0)).toEqual({
      state: 'fail',
      failCode: '501',
      failMsg: 'Generation failed',
    });
  });

  test('by cancellation says so', () => {
    expect(callerState({ state: 'cancelled' }, 0)).toMatchObject({ state: 'fail', failCode: 'cancelled' });
  });
});

describe('a dead generation', () => {
  test.each(DEAD_LETTER_CLASSES)(
    '%s shows as waiting while it is held, then fails with its class and words',
    (name) => {
      const facts = { state: 'dead', deadLetter: deadLetter(name, 11_000) } as const;
      expect(callerState(facts, 10_999)).toEqual({ state: 'waiting', heldUntil: 11_000 });
      const shown = callerState(facts, 11_000);
      expect(shown).toMatchObject({ state: 'fail', failCode: name, failMsg: expect.stringMatching(/^[A-Z].+[.)d]$/) });
      expect(callerState({ state: 'dead', deadLetter: deadLetter(name) }, 0)).toEqual(shown);
    },
  );

  test('that was invalid says what is wrong', () => {
    const shown = callerState({ state: 'dead', deadLetter: deadLetter('invalid_request') }, 10_000);
    expect(shown).toMatchObject({ failMsg: expect.stringContaining('as Kie said') });
  });

  const said = (deadLetterClass: DeadLetterClass, lostAnAnswer = false) =>
    callerState(
      {
        state: 'dead',
        deadLetter: deadLetter(deadLetterClass, undefined, { code: 451, msg: 'The image could not be fetched' }),
        lostAnAnswer,
      },
      0,
    );

  test.each(['invalid_request', 'model_unavailable', 'refused_repeatedly', 'insufficient_credits'] as const)(
    "%s has Kie's own code and message, and what it means for the money",
    (name) => {
      expect(said(name)).toEqual({
        state: 'fail',
        failCode: '451',
        failMsg: expect.stringMatching(/^The image could not be fetched \(.*Nothing was charged.*\)$/),
      });
    },
  );

  test.each([
    'payment_unknown',
    'task_lost',
    'task_stuck',
    'archive_failed',
    'result_unreadable',
    'record_missing',
    'upload_missing',
  ] as const)(
    '%s keeps its class: what Kie said there is no refusal, and a client must not take it for one',
    (name) => {
      expect(said(name)).toMatchObject({ failCode: name, failMsg: expect.not.stringContaining('image') });
    },
  );

  test.each(DEAD_LETTER_CLASSES)('%s never says that nothing was charged where an answer was lost before', (name) => {
    const { failMsg } = { failMsg: '', ...said(name, true) };
    expect(failMsg).not.toMatch(/Nothing was charged|create a new one/);
    if (said(name, false).state === 'fail' && JSON.stringify(said(name, false)).includes('Nothing was charged'))
      expect(failMsg).toContain('An earlier submission of this generation may have been charged. Ask the operator');
  });

  test('without a dead letter fails as well', () => {
    expect(callerState({ state: 'dead' }, 0)).toMatchObject({ state: 'fail', failCode: 'dead' });
  });
});

test('held is exactly what may still bring a paid video without another request', () => {
  const paid = new Set(['unknown', 'generating', 'archiving']);
  const coming = DEAD_LETTER_CLASSES.filter((name) => paid.has(DEAD_LETTERS[name].resumesAt ?? ''));
  expect(new Set(HELD_CLASSES)).toEqual(new Set(coming));
});
