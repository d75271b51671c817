import { rowNames } from './row-names.ts';
import type { GenerationState } from './states.ts';

/** The step at which a redrive goes on; `notify` leaves the state as it is. */
export type ResumePoint = GenerationState | 'notify';

/** States out of which a generation may be given up. Never `submitting`: a POST may be on its way. */
export type KillableState = Extract<GenerationState, 'queued' | 'unknown' | 'generating' | 'archiving'>;

/** Everything that is known of a class of dead letters. */
export interface DeadLetterRow {
  /** States out of which `kill` may open it; none where another transition opens it beside an end. */
  readonly killsFrom: readonly KillableState[];
  /** Whether `kill` may open it for a job that has no record, so that the letter has one to stand beside. */
  readonly killsWithoutRecord: boolean;
  /**
   * Where a redrive without pay-again resumes: a state, or `notify`, the callback alone; null where only pay-again
   * can resume it. What may cost money a second time is fixed by this and the next field, for every caller.
   */
  readonly resumesAt: ResumePoint | null;
  /** The state in which a redrive with pay-again resumes, or null where paying again makes no sense. */
  readonly payAgainResumesAt: 'queued' | null;
  /**
   * Shows as `waiting` to callers for `KIEQ_HOLD_MS`: a paid video may exist, and may still come without another
   * request, so that a client that gave up would pay for it a second time. Every other one shows as `fail` at once: Kie
   * refused it, or never saw it, and whoever is not told for a day only learns of it a day later (docs/decisions/0009).
   */
  readonly isHeld: boolean;
  /** An accepted task was given up: nobody asks for it any more, and a verdict that comes even so settles it. */
  readonly isGivenUp: boolean;
  /** Dead without a task that anybody knows: one that turns up is followed instead of paying for another one. */
  readonly neverHadATask: boolean;
  /** A paid task may exist in the account that nobody knows, so that a person looks for it and adopts it. */
  readonly mayBeAdopted: boolean;
  /** An equal request within the dedupe window makes a new generation, since this one cannot end well by waiting. */
  readonly isCreatedAnew: boolean;
  /**
   * Its evidence is Kie's refusal of this very request, and callers hear Kie's own code and words. What Kie said of a
   * task, such as that it does not know it, is not passed on: read as a refusal it would have a paid video created again.
   */
  readonly isRefusal: boolean;
  /** Where Kie said nothing of the request, callers hear the summary of the evidence: it tells what to correct. */
  readonly tellsSummary: boolean;
  /** What an operator should know before redriving; shown by the CLI and copied into the docs. */
  readonly advice: string;
  /** What its caller is told has happened, behind Kie's own words where it refused the request. */
  readonly callerText: string;
  /**
   * What its caller is told behind that: that it was free, and what follows. Null where it may be paid. Left out where an
   * earlier submission of the generation may have been charged.
   */
  readonly freeText: string | null;
}

const rows = {
  invalid_request: {
    killsFrom: ['queued'],
    killsWithoutRecord: true,
    resumesAt: 'queued',
    payAgainResumesAt: null,
    isHeld: false,
    isGivenUp: false,
    neverHadATask: true,
    mayBeAdopted: false,
    isCreatedAnew: true,
    isRefusal: true,
    tellsSummary: true,
    advice: 'Kie refused the input; nothing was charged. The payload is frozen: enqueue a corrected one instead.',
    callerText: 'The request was refused as invalid.',
    freeText: 'Nothing was charged; correct it and create a new one.',
  },
  model_unavailable: {
    killsFrom: ['queued'],
    killsWithoutRecord: false,
    resumesAt: 'queued',
    payAgainResumesAt: null,
    isHeld: false,
    isGivenUp: false,
    neverHadATask: true,
    mayBeAdopted: false,
    isCreatedAnew: false,
    isRefusal: true,
    tellsSummary: false,
    advice: 'Kie switched the model off; redrive when it is back. Nothing was charged.',
    callerText: 'The model is switched off.',
    freeText: 'Nothing was charged.',
  },
  refused_repeatedly: {
    killsFrom: ['queued'],
    killsWithoutRecord: false,
    resumesAt: 'queued',
    payAgainResumesAt: null,
    isHeld: false,
    isGivenUp: false,
    neverHadATask: true,
    mayBeAdopted: false,
    isCreatedAnew: false,
    isRefusal: true,
    tellsSummary: false,
    advice: 'Kie answered with server errors every time; nothing was charged.',
    callerText: 'The service answered with errors every time.',
    freeText: 'Nothing was charged.',
  },
  insufficient_credits: {
    killsFrom: ['queued'],
    killsWithoutRecord: false,
    resumesAt: 'queued',
    payAgainResumesAt: null,
    isHeld: false,
    isGivenUp: false,
    neverHadATask: true,
    mayBeAdopted: false,
    isCreatedAnew: false,
    isRefusal: true,
    tellsSummary: false,
    advice: 'The account ran dry for longer than the credit deadline; top up, then redrive. Nothing was charged.',
    callerText: 'The account had no credits for too long.',
    freeText: 'Nothing was charged.',
  },
  deadline_exceeded: {
    killsFrom: ['queued'],
    killsWithoutRecord: false,
    resumesAt: 'queued',
    payAgainResumesAt: null,
    isHeld: false,
    isGivenUp: false,
    neverHadATask: true,
    mayBeAdopted: false,
    isCreatedAnew: false,
    isRefusal: false,
    tellsSummary: false,
    advice: 'It waited in the queue beyond its deadline; redrive gives a fresh one. Nothing was charged.',
    callerText: 'It waited in the queue beyond its deadline.',
    freeText: 'Nothing was charged.',
  },
  record_missing: {
    killsFrom: [],
    killsWithoutRecord: true,
    resumesAt: null,
    payAgainResumesAt: 'queued',
    isHeld: false,
    isGivenUp: false,
    neverHadATask: true,
    mayBeAdopted: false,
    isCreatedAnew: false,
    isRefusal: false,
    tellsSummary: false,
    advice: 'Its ledger record is gone, so a task may exist and be charged; look at the account before paying again.',
    callerText: 'Its record was lost; it may have been charged. Ask the operator before creating it again.',
    freeText: null,
  },
  generation_failed: {
    killsFrom: [],
    killsWithoutRecord: false,
    resumesAt: 'queued',
    payAgainResumesAt: null,
    isHeld: false,
    isGivenUp: false,
    neverHadATask: false,
    mayBeAdopted: false,
    isCreatedAnew: false,
    isRefusal: false,
    tellsSummary: false,
    advice: 'Kie failed the task; failed tasks cost nothing. Read failMsg first: moderation will fail it again.',
    callerText: 'Generation failed',
    freeText: null,
  },
  payment_unknown: {
    killsFrom: ['unknown'],
    killsWithoutRecord: false,
    resumesAt: 'unknown',
    payAgainResumesAt: 'queued',
    isHeld: true,
    isGivenUp: false,
    neverHadATask: true,
    mayBeAdopted: true,
    isCreatedAnew: false,
    isRefusal: false,
    tellsSummary: false,
    advice: 'The answer to a submission was lost; a paid task may exist. Look for it in the Kie account and adopt it.',
    callerText:
      'The answer to its submission was lost; it may have been charged. Ask the operator before creating it again.',
    freeText: null,
  },
  task_lost: {
    killsFrom: ['generating'],
    killsWithoutRecord: false,
    resumesAt: 'generating',
    payAgainResumesAt: 'queued',
    isHeld: true,
    isGivenUp: true,
    neverHadATask: false,
    mayBeAdopted: false,
    isCreatedAnew: false,
    isRefusal: false,
    tellsSummary: false,
    advice: 'Kie denies knowing an accepted task; check that the key belongs to the account that submitted it.',
    callerText: 'The service denies knowing the accepted task. Ask the operator before creating it again.',
    freeText: null,
  },
  task_stuck: {
    killsFrom: ['generating'],
    killsWithoutRecord: false,
    resumesAt: 'generating',
    payAgainResumesAt: 'queued',
    isHeld: true,
    isGivenUp: true,
    neverHadATask: false,
    mayBeAdopted: false,
    isCreatedAnew: false,
    isRefusal: false,
    tellsSummary: false,
    advice: 'No verdict for 24 hours; redrive polls for another 24 hours.',
    callerText: 'The accepted task never ended. Ask the operator before creating it again.',
    freeText: null,
  },
  archive_failed: {
    killsFrom: ['archiving'],
    killsWithoutRecord: false,
    resumesAt: 'archiving',
    payAgainResumesAt: null,
    isHeld: true,
    isGivenUp: false,
    neverHadATask: false,
    mayBeAdopted: false,
    isCreatedAnew: false,
    isRefusal: false,
    tellsSummary: false,
    advice: 'The video is paid and its link dies soon; mend the archive target and redrive.',
    callerText: 'The video was made, but could not be saved. Ask the operator before creating it again.',
    freeText: null,
  },
  notify_failed: {
    killsFrom: [],
    killsWithoutRecord: false,
    resumesAt: 'notify',
    payAgainResumesAt: null,
    isHeld: false,
    isGivenUp: false,
    neverHadATask: false,
    mayBeAdopted: false,
    isCreatedAnew: false,
    isRefusal: false,
    tellsSummary: false,
    advice: 'The caller did not take the callback for 24 hours; redrive sends it again.',
    callerText: 'The callback could not be delivered.',
    freeText: null,
  },
  upload_missing: {
    killsFrom: ['queued'],
    killsWithoutRecord: false,
    resumesAt: 'queued',
    payAgainResumesAt: null,
    isHeld: false,
    isGivenUp: false,
    neverHadATask: true,
    mayBeAdopted: false,
    isCreatedAnew: true,
    isRefusal: false,
    tellsSummary: false,
    advice:
      'An uploaded image is gone from the upload store. Put it back under the name in the evidence, then redrive; or send it again with a new request. Nothing was charged.',
    callerText: 'A file that was uploaded with the request is gone.',
    freeText: 'Nothing was charged; send it again with a new request.',
  },
  result_unreadable: {
    killsFrom: ['generating'],
    killsWithoutRecord: false,
    resumesAt: 'generating',
    payAgainResumesAt: 'queued',
    isHeld: true,
    isGivenUp: true,
    neverHadATask: false,
    mayBeAdopted: false,
    isCreatedAnew: false,
    isRefusal: false,
    tellsSummary: false,
    advice:
      'Kie says success, so it is paid, and for 30 minutes gave neither a link nor a text that can be read. Redrive asks for another 30 minutes at no cost; the evidence has what Kie said, and the result may be in the Kie account.',
    callerText: 'The video was made, but its result cannot be read. Ask the operator before creating it again.',
    freeText: null,
  },
} as const satisfies Readonly<Record<string, DeadLetterRow>>;

/** Why a generation needs a person, or how it ended. */
export type DeadLetterClass = keyof typeof rows;

/** The fields that say yes or no. */
export type DeadLetterTrait = {
  [Field in keyof DeadLetterRow]: DeadLetterRow[Field] extends boolean ? Field : never;
}[keyof DeadLetterRow];

/** The classes that have the trait. */
export type ClassWith<Trait extends DeadLetterTrait> = {
  [Class in DeadLetterClass]: (typeof rows)[Class][Trait] extends true ? Class : never;
}[DeadLetterClass];

/**
 * The one definition of the classes of dead letters, in the order in which lists show them. Every other list of them, of
 * the ledger's Lua and of the documentation too, is made from it (docs/contributing/add-a-dead-letter-class.md).
 */
export const DEAD_LETTERS: Readonly<Record<DeadLetterClass, DeadLetterRow>> = rows;

/** All classes, in the order of the table. */
export const DEAD_LETTER_CLASSES = rowNames(DEAD_LETTERS);

/** The classes that have a trait, in the order of the table. */
export function classesWith<Trait extends DeadLetterTrait>(trait: Trait): readonly ClassWith<Trait>[] {
  return DEAD_LETTER_CLASSES.filter((name): name is ClassWith<Trait> => DEAD_LETTERS[name][trait]);
}
