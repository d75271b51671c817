import {
  DEAD_LETTER_CLASSES,
  isEnded,
  isKnown,
  redriveRule,
  type DeadLetterClass,
  type GenerationState,
  type OrNewer,
} from '@kieq/domain';

/** A command that an operator may run next. */
export interface WayOut {
  readonly command: string;
  readonly effect: string;
}

/** The commands that resolve a dead letter, the cheapest first. None for a class of a newer version. */
export function waysOut(
  id: string,
  deadLetterClass: OrNewer<DeadLetterClass>,
  state: OrNewer<GenerationState>,
): WayOut[] {
  if (!isKnown(DEAD_LETTER_CLASSES, deadLetterClass)) return [];
  const { resumesAt, payAgainResumesAt, mayBeAdopted } = redriveRule(deadLetterClass);
  const ways: WayOut[] = [];
  if (mayBeAdopted) {
    ways.push({
      command: `kieq adopt ${id} <taskId>`,
      effect: 'continue with the paid task that was found in the Kie account',
    });
  }
  // With the class: its delivery may have a dead letter too, now or later.
  const redrive = `kieq dlq redrive ${id} --class ${deadLetterClass}`;
  if (resumesAt === 'notify') ways.push({ command: redrive, effect: 'deliver the webhook again' });
  else if (resumesAt !== null) ways.push({ command: redrive, effect: `resume at ${resumesAt}; pays nothing twice` });
  if (payAgainResumesAt !== null) {
    ways.push({
      command: `${redrive} --pay-again`,
      effect: `resume at ${payAgainResumesAt}; MAY PAY A SECOND TIME`,
    });
  }
  if (isEnded(state)) {
    ways.push({
      command: `kieq dlq purge ${id} --yes`,
      effect: 'give up: close the dead letter and remove payload and result',
    });
  }
  return ways;
}
