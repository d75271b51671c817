import {
  callerState,
  DEAD_LETTER_CLASSES,
  GENERATION_STATES,
  HELD_CLASSES,
  REDRIVE_RULES,
  type DeadLetterClass,
} from '@kieq/domain';
import { describe, expect, test } from 'vitest';

const letter = (letterClass: DeadLetterClass, heldUntil?: number) => ({
  class: letterClass,
  summary: 'as Kie said',
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

test('a success is one, whatever letter stands beside it', () => {
  expect(callerState({ state: 'succeeded', letter: letter('notify_failed') }, 0)).toEqual({
    state: 'success',
  });
});

describe('a failure', () => {
  test('says what Kie said, at once', () => {
    const verdict = { failCode: '500', failMsg: 'Content was flagged' };
    expect(callerState({ state: 'failed', verdict, letter: letter('generation_failed') }, 10_001)).toEqual({
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
      const facts = { state: 'dead', letter: letter(name, 11_000) } as const;
      expect(callerState(facts, 10_999)).toEqual({ state: 'waiting', heldUntil: 11_000 });
      const shown = callerState(facts, 11_000);
      expect(shown).toMatchObject({ state: 'fail', failCode: name, failMsg: expect.stringMatching(/^[A-Z].+[.)d]$/) });
      expect(callerState({ state: 'dead', letter: letter(name) }, 0)).toEqual(shown);
    },
  );

  test('that was invalid tells what was wrong', () => {
    const shown = callerState({ state: 'dead', letter: letter('invalid_request') }, 10_000);
    expect(shown).toMatchObject({ failMsg: expect.stringContaining('as Kie said') });
  });

  test('without a letter fails all the same', () => {
    expect(callerState({ state: 'dead' }, 0)).toMatchObject({ state: 'fail', failCode: 'dead' });
  });
});

test('held is exactly what resumes without paying again, but for an invalid request and letters beside an end', () => {
  const free = DEAD_LETTER_CLASSES.filter((letterClass) => REDRIVE_RULES[letterClass].resumesAt !== null);
  const besides = new Set<DeadLetterClass>(['invalid_request', 'generation_failed', 'notify_failed']);
  expect(new Set(HELD_CLASSES)).toEqual(new Set(free.filter((name) => !besides.has(name))));
});
