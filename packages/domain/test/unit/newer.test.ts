import {
  callerState,
  DEAD_LETTER_CLASSES,
  DEAD_LETTERS,
  GENERATION_STATES,
  isEnded,
  isKnown,
  readWord,
  redriveRule,
} from '@kieq/domain';
import { describe, expect, test } from 'vitest';

const FUTURE = 'from_the_future';
const newerClass = readWord(DEAD_LETTER_CLASSES, FUTURE);
const newerState = readWord(GENERATION_STATES, FUTURE);

describe('a word of a newer version', () => {
  test('stays unchanged, and is distinguished from known ones', () => {
    expect(newerClass).toBe(FUTURE);
    expect(isKnown(DEAD_LETTER_CLASSES, newerClass)).toBe(false);
    expect(DEAD_LETTER_CLASSES.every((word) => isKnown(DEAD_LETTER_CLASSES, readWord(DEAD_LETTER_CLASSES, word)))).toBe(
      true,
    );
    // Names of an object's own are no words.
    expect(isKnown(DEAD_LETTER_CLASSES, readWord(DEAD_LETTER_CLASSES, 'constructor'))).toBe(false);
  });

  test('as the class of a dead letter: nothing resumes it, not even paying again', () => {
    expect(redriveRule(newerClass)).toMatchObject({ resumesAt: null, payAgainResumesAt: null, mayBeAdopted: false });
    expect(redriveRule(newerClass).advice).toContain('newer version');
    for (const known of DEAD_LETTER_CLASSES) {
      const { resumesAt, payAgainResumesAt, mayBeAdopted, advice } = DEAD_LETTERS[known];
      // Exactly these: they are shown as they are.
      expect(redriveRule(known)).toStrictEqual({ resumesAt, payAgainResumesAt, mayBeAdopted, advice });
    }
  });

  test('as a state: neither ended nor shown as ended, so that no client creates it again', () => {
    expect(isEnded(newerState)).toBe(false);
    expect(callerState({ state: newerState }, 0)).toEqual({ state: 'waiting' });
  });

  test('as a class, to a Kie client: held as long as that version said, then failed without a word about the charge', () => {
    const deadLetter = { class: newerClass, evidence: { summary: 'x' }, heldUntil: 10 };
    expect(callerState({ state: 'dead', deadLetter }, 9)).toEqual({ state: 'waiting', heldUntil: 10 });
    const failed = callerState({ state: 'dead', deadLetter }, 10);
    expect(failed).toMatchObject({ state: 'fail', failCode: FUTURE });
    expect(failed).not.toMatchObject({ failMsg: expect.stringContaining('charged') });
  });
});
