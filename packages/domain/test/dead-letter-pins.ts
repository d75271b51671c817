import { DEAD_LETTER_CLASSES, type DeadLetterClass, type DeadLetterTrait, type GenerationState } from '@kieq/domain';

export const RECORDLESS = 'without a record';

export interface DeadLetterPin {
  /** States out of which `kill` may open it, and whether it may for a job without a record. */
  readonly kills: readonly (GenerationState | typeof RECORDLESS)[];
  /** Where a redrive resumes, for nothing and by paying again. */
  readonly resumes: readonly [string | null, string | null];
  readonly traits: readonly DeadLetterTrait[];
  /** The text for callers, and the text that follows it where it was free. */
  readonly told: readonly [string, string | null];
}

const FREE = 'Nothing was charged.';
const ASK = 'Ask the operator before creating it again.';

/**
 * The meaning of every class once more, so that a change of the table is intended: the test of the table and the model of
 * the ledger go by it. The advice is in docs/operations/dead-letters.md.
 */
export const DEAD_LETTER_PINS: Readonly<Record<DeadLetterClass, DeadLetterPin>> = {
  invalid_request: {
    kills: ['queued', RECORDLESS],
    resumes: ['queued', null],
    traits: ['neverHadATask', 'isCreatedAnew', 'isRefusal', 'tellsSummary'],
    told: ['The request was refused as invalid.', 'Nothing was charged; correct it and create a new one.'],
  },
  model_unavailable: {
    kills: ['queued'],
    resumes: ['queued', null],
    traits: ['neverHadATask', 'isRefusal'],
    told: ['The model is switched off.', FREE],
  },
  refused_repeatedly: {
    kills: ['queued'],
    resumes: ['queued', null],
    traits: ['neverHadATask', 'isRefusal'],
    told: ['The service answered every submission with an error.', FREE],
  },
  insufficient_credits: {
    kills: ['queued'],
    resumes: ['queued', null],
    traits: ['neverHadATask', 'isRefusal'],
    told: ['The account had no credits for too long.', FREE],
  },
  deadline_exceeded: {
    kills: ['queued'],
    resumes: ['queued', null],
    traits: ['neverHadATask'],
    told: ['The generation waited in the queue beyond its deadline.', FREE],
  },
  record_missing: {
    kills: [RECORDLESS],
    resumes: [null, 'queued'],
    traits: ['neverHadATask'],
    told: [`The record of the generation was lost; it may have been charged. ${ASK}`, null],
  },
  generation_failed: { kills: [], resumes: ['queued', null], traits: [], told: ['Generation failed', null] },
  payment_unknown: {
    kills: ['unknown'],
    resumes: ['unknown', 'queued'],
    traits: ['isHeld', 'neverHadATask', 'mayBeAdopted'],
    told: [`The response to its submission was lost; it may have been charged. ${ASK}`, null],
  },
  task_lost: {
    kills: ['generating'],
    resumes: ['generating', 'queued'],
    traits: ['isHeld', 'isGivenUp'],
    told: [`The service does not know a task that it accepted. ${ASK}`, null],
  },
  task_stuck: {
    kills: ['generating'],
    resumes: ['generating', 'queued'],
    traits: ['isHeld', 'isGivenUp'],
    told: [`The accepted task never ended. ${ASK}`, null],
  },
  archive_failed: {
    kills: ['archiving'],
    resumes: ['archiving', null],
    traits: ['isHeld'],
    told: [`The video was made, but could not be saved. ${ASK}`, null],
  },
  notify_failed: {
    kills: [],
    resumes: ['notify', null],
    traits: [],
    told: ['The delivery to the callback URL failed.', null],
  },
  upload_missing: {
    kills: ['queued'],
    resumes: ['queued', null],
    traits: ['neverHadATask', 'isCreatedAnew'],
    told: [
      'A file that was uploaded with the request is gone.',
      'Nothing was charged; send it again with a new request.',
    ],
  },
  result_unreadable: {
    kills: ['generating'],
    resumes: ['generating', 'queued'],
    traits: ['isHeld', 'isGivenUp'],
    told: [`The video was made, but its result cannot be read. ${ASK}`, null],
  },
};

/** Every class of which this is true, in the order of the table. */
export function pinnedWith(isMeant: (pin: DeadLetterPin) => boolean): DeadLetterClass[] {
  return DEAD_LETTER_CLASSES.filter((name) => isMeant(DEAD_LETTER_PINS[name]));
}
