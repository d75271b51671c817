import {
  classesWith,
  DEAD_LETTER_CLASSES,
  DEAD_LETTERS,
  type DeadLetterClass,
  type DeadLetterRow,
} from './dead-letter-table.ts';
import { isKnown, type OrNewer } from './newer.ts';

/** Classes of an accepted task that was given up (`isGivenUp`). */
export const GIVEN_UP_CLASSES = classesWith('isGivenUp');

/**
 * Classes that show as `waiting` at first (`isHeld`). Whether a dead letter is held is recorded in it when it opens.
 */
export const HELD_CLASSES = classesWith('isHeld');

/** What an operator needs to know about a dead letter. */
export type RedriveRule = Pick<DeadLetterRow, 'resumesAt' | 'payAgainResumesAt' | 'mayBeAdopted' | 'advice'>;

/**
 * For a class that a newer version wrote: this version cannot resume it, since it does not know what that would cost.
 */
const NEWER_RULE: RedriveRule = {
  resumesAt: null,
  payAgainResumesAt: null,
  mayBeAdopted: false,
  advice: 'Written by a newer version of kieq: use the tools of that version. This one neither resumes nor purges it.',
};

/** Says why this version refuses to act on a dead letter of such a class. */
export function newerDeadLetterText(deadLetterClass: string): string {
  return `${deadLetterClass} was written by a newer version of kieq: use the tools of that version`;
}

/** The row of the redrive table, also for a class that this version does not know. */
export function redriveRule(deadLetterClass: OrNewer<DeadLetterClass>): RedriveRule {
  if (!isKnown(DEAD_LETTER_CLASSES, deadLetterClass)) return NEWER_RULE;
  // Only these fields of the row: the return value is shown as it is.
  const { resumesAt, payAgainResumesAt, mayBeAdopted, advice } = DEAD_LETTERS[deadLetterClass];
  return { resumesAt, payAgainResumesAt, mayBeAdopted, advice };
}
