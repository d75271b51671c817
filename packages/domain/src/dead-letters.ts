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

/** Classes that show as `waiting` at first (`isHeld`). Which letter is held is written into it when it opens. */
export const HELD_CLASSES = classesWith('isHeld');

/** What an operator has to know of a dead letter. */
export type RedriveRule = Pick<DeadLetterRow, 'resumesAt' | 'payAgainResumesAt' | 'mayBeAdopted' | 'advice'>;

/** Of a class that a newer version has written: it cannot be resumed here, since nobody here knows what that would pay. */
const NEWER_RULE: RedriveRule = {
  resumesAt: null,
  payAgainResumesAt: null,
  mayBeAdopted: false,
  advice: 'Written by a newer version of kieq: use the tools of that version. This one neither resumes nor purges it.',
};

/** Why nothing is done about a letter of such a class, for whoever asked for it. */
export function newerDeadLetterText(deadLetterClass: string): string {
  return `${deadLetterClass} was written by a newer version of kieq: use the tools of that version`;
}

/** The row of the redrive table, also for a class that this version does not know. */
export function redriveRule(deadLetterClass: OrNewer<DeadLetterClass>): RedriveRule {
  if (!isKnown(DEAD_LETTER_CLASSES, deadLetterClass)) return NEWER_RULE;
  // Nothing else of the row: what this returns is shown as it is.
  const { resumesAt, payAgainResumesAt, mayBeAdopted, advice } = DEAD_LETTERS[deadLetterClass];
  return { resumesAt, payAgainResumesAt, mayBeAdopted, advice };
}
