import { isKnown, type OrNewer } from './newer.ts';
import type { GenerationState } from './states.ts';

/** Why a generation needs a person, or how it ended (DESIGN.md, dead-letter table). */
export const DEAD_LETTER_CLASSES = [
  'invalid_request',
  'model_unavailable',
  'refused_repeatedly',
  'insufficient_credits',
  'deadline_exceeded',
  'record_missing',
  'generation_failed',
  'payment_unknown',
  'task_lost',
  'task_stuck',
  'archive_failed',
  'notify_failed',
  'upload_missing',
  'result_unreadable',
] as const;
export type DeadLetterClass = (typeof DEAD_LETTER_CLASSES)[number];

/**
 * An accepted task was given up: nobody asks for it any more, and a verdict that comes even so settles it. The same list
 * stands in `packages/ledger/lua/lib/states.lua`; a test keeps them alike.
 */
export const GIVEN_UP_CLASSES = [
  'task_lost',
  'task_stuck',
  'result_unreadable',
] as const satisfies readonly DeadLetterClass[];

/** The step at which a redrive goes on; `notify` leaves the state as it is. */
export type ResumePoint = GenerationState | 'notify';

export interface RedriveRule {
  /**
   * Where a redrive without pay-again resumes: a state, or `notify`, the callback alone; null where only pay-again
   * can resume it.
   */
  readonly resumesAt: ResumePoint | null;
  /** The state in which a redrive with pay-again resumes, or null where paying again makes no sense. */
  readonly payAgainResumesAt: 'queued' | null;
  /** What an operator should know before redriving; shown by the CLI and copied into the docs. */
  readonly advice: string;
}

/** The redrive table: every class, the step it resumes at, and whether that costs money again. */
export const REDRIVE_RULES: Readonly<Record<DeadLetterClass, RedriveRule>> = {
  invalid_request: {
    resumesAt: 'queued',
    payAgainResumesAt: null,
    advice: 'Kie refused the input; nothing was charged. The payload is frozen: enqueue a corrected one instead.',
  },
  model_unavailable: {
    resumesAt: 'queued',
    payAgainResumesAt: null,
    advice: 'Kie switched the model off; redrive when it is back. Nothing was charged.',
  },
  refused_repeatedly: {
    resumesAt: 'queued',
    payAgainResumesAt: null,
    advice: 'Kie answered with server errors every time; nothing was charged.',
  },
  insufficient_credits: {
    resumesAt: 'queued',
    payAgainResumesAt: null,
    advice: 'The account ran dry for longer than the credit deadline; top up, then redrive. Nothing was charged.',
  },
  deadline_exceeded: {
    resumesAt: 'queued',
    payAgainResumesAt: null,
    advice: 'It waited in the queue beyond its deadline; redrive gives a fresh one. Nothing was charged.',
  },
  record_missing: {
    resumesAt: null,
    payAgainResumesAt: 'queued',
    advice: 'Its ledger record is gone, so a task may exist and be charged; look at the account before paying again.',
  },
  generation_failed: {
    resumesAt: 'queued',
    payAgainResumesAt: null,
    advice: 'Kie failed the task; failed tasks cost nothing. Read failMsg first: moderation will fail it again.',
  },
  payment_unknown: {
    resumesAt: 'unknown',
    payAgainResumesAt: 'queued',
    advice: 'The answer to a submission was lost; a paid task may exist. Look for it in the Kie account and adopt it.',
  },
  task_lost: {
    resumesAt: 'generating',
    payAgainResumesAt: 'queued',
    advice: 'Kie denies knowing an accepted task; check that the key belongs to the account that submitted it.',
  },
  task_stuck: {
    resumesAt: 'generating',
    payAgainResumesAt: 'queued',
    advice: 'No verdict for 24 hours; redrive polls for another 24 hours.',
  },
  archive_failed: {
    resumesAt: 'archiving',
    payAgainResumesAt: null,
    advice: 'The video is paid and its link dies soon; mend the archive target and redrive.',
  },
  notify_failed: {
    resumesAt: 'notify',
    payAgainResumesAt: null,
    advice: 'The caller did not take the callback for 24 hours; redrive sends it again.',
  },
  upload_missing: {
    resumesAt: 'queued',
    payAgainResumesAt: null,
    advice:
      'An uploaded image is gone from the upload store. Put it back under the name in the evidence, then redrive; or send it again with a new request. Nothing was charged.',
  },
  result_unreadable: {
    resumesAt: 'generating',
    payAgainResumesAt: 'queued',
    advice:
      'Kie says success, so it is paid, and for 30 minutes gave neither a link nor a text that can be read. Redrive asks for another 30 minutes at no cost; the evidence has what Kie said, and the result may be in the Kie account.',
  },
};

/** Of a class that a newer version has written: it cannot be resumed here, since nobody here knows what that would pay. */
const NEWER_RULE: RedriveRule = {
  resumesAt: null,
  payAgainResumesAt: null,
  advice: 'Written by a newer version of kieq: use the tools of that version. This one neither resumes nor purges it.',
};

/** Why nothing is done about a letter of such a class, for whoever asked for it. */
export function newerLetterText(letterClass: string): string {
  return `${letterClass} was written by a newer version of kieq: use the tools of that version`;
}

/** The row of the redrive table, also for a class that this version does not know. */
export function redriveRule(letterClass: OrNewer<DeadLetterClass>): RedriveRule {
  return isKnown(DEAD_LETTER_CLASSES, letterClass) ? REDRIVE_RULES[letterClass] : NEWER_RULE;
}
