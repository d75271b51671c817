import { rowNames } from './row-names.ts';
import type { GenerationState } from './states.ts';

/** The step at which a redrive goes on; `notify` leaves the state as it is. */
export type ResumePoint = GenerationState | 'notify';

/** States out of which a generation may be given up. Never `submitting`: a POST may be on its way. */
export type KillableState = Extract<GenerationState, 'queued' | 'unknown' | 'generating' | 'archiving'>;

/** All properties of a class of dead letters. */
export interface DeadLetterRow {
  /** States out of which `kill` may open it; empty where another transition opens it together with an end. */
  readonly killsFrom: readonly KillableState[];
  /** Whether `kill` may open it for a job without a record, and creates the record to which the dead letter belongs. */
  readonly killsWithoutRecord: boolean;
  /**
   * Where a redrive without pay-again resumes: a state, or `notify` for the delivery alone; null where only pay-again
   * can resume it. What may cost money a second time is fixed by this and the next field, for every caller.
   */
  readonly resumesAt: ResumePoint | null;
  /** The state in which a redrive with pay-again resumes, or null where paying again makes no sense. */
  readonly payAgainResumesAt: 'queued' | null;
  /**
   * Shows as `waiting` to callers for `KIEQ_HOLD_MS`: a paid video may exist, and may still come without another
   * request, so a client that gave up would pay for it a second time. Every other one shows as `fail` at once: Kie
   * refused it or never received it, and waiting would only delay the report to the caller (docs/decisions/0009).
   */
  readonly isHeld: boolean;
  /** An accepted task was given up: no worker polls it any more, and a verdict that arrives later still settles it. */
  readonly isGivenUp: boolean;
  /** Dead without a known task: one that turns up is followed instead of paying for another one. */
  readonly neverHadATask: boolean;
  /** A paid task that kieq does not know may exist in the account, so an operator looks for it and adopts it. */
  readonly mayBeAdopted: boolean;
  /** An equal request within the dedupe window makes a new generation, since this one cannot end well by waiting. */
  readonly isCreatedAnew: boolean;
  /**
   * Its evidence is Kie's refusal of this very request, and callers get Kie's own code and message. What Kie reports of
   * a task, such as that it does not know it, is not passed on: a caller that reads it as a refusal would create a paid
   * video again.
   */
  readonly isRefusal: boolean;
  /** Where Kie said nothing of the request, callers get the summary of the evidence: it says what to correct. */
  readonly tellsSummary: boolean;
  /** What an operator should know before redriving; shown by the CLI and copied into the docs. */
  readonly advice: string;
  /** What happened, for the caller; follows Kie's own message where Kie refused the request. */
  readonly callerText: string;
  /**
   * Follows `callerText`: that it was free, and what to do. Null where it may be paid. Left out where an earlier
   * submission of the generation may have been charged.
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
    advice:
      'Kie refused the input. Nothing was charged. The payload cannot be changed: enqueue a corrected request instead.',
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
    advice: 'Kie switched the model off. Nothing was charged. Redrive when the model is back.',
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
    advice: 'Kie answered every submission with a server error. Nothing was charged. Redrive when Kie works again.',
    callerText: 'The service answered every submission with an error.',
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
    advice:
      'The account had no credits for longer than the credit deadline. Nothing was charged. Top up, then redrive.',
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
    advice:
      'The generation waited in the queue beyond its deadline. Nothing was charged. A redrive gives it a new deadline.',
    callerText: 'The generation waited in the queue beyond its deadline.',
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
    advice: 'The ledger record of the job is gone; a paid task may exist. Check the Kie account before you pay again.',
    callerText:
      'The record of the generation was lost; it may have been charged. Ask the operator before creating it again.',
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
    advice: 'Kie failed the task; failed tasks cost nothing. Read failMsg before a redrive: moderation fails it again.',
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
    advice:
      'The response to a submission was lost; a paid task may exist. Look for it in the Kie account and adopt it.',
    callerText:
      'The response to its submission was lost; it may have been charged. Ask the operator before creating it again.',
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
    advice:
      'Kie does not know a task that it accepted. Check that the API key belongs to the account that submitted it.',
    callerText: 'The service does not know a task that it accepted. Ask the operator before creating it again.',
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
    advice: 'Kie gave no verdict for 24 hours. A redrive polls for another 24 hours.',
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
    advice: 'The video is paid and its link expires soon. Repair the archive, then redrive.',
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
    advice: 'The caller did not accept the delivery for 24 hours. A redrive sends it again.',
    callerText: 'The delivery to the callback URL failed.',
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
      'An uploaded image is gone from the upload store. Nothing was charged. Put it back under the name in the evidence, then redrive; or send it again with a new request.',
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
      'Kie reported success, so the task is paid, but for 30 minutes gave neither a link nor a readable text. A redrive asks for another 30 minutes at no cost. The evidence holds what Kie sent; the result may be visible in the Kie account.',
    callerText: 'The video was made, but its result cannot be read. Ask the operator before creating it again.',
    freeText: null,
  },
} as const satisfies Readonly<Record<string, DeadLetterRow>>;

/** Why a generation needs an operator, or how it ended. */
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
 * The one definition of the classes of dead letters, in the order in which lists show them. Every other list of them,
 * those of the ledger's Lua and of the documentation included, is generated from it
 * (docs/contributing/add-a-dead-letter-class.md).
 */
export const DEAD_LETTERS: Readonly<Record<DeadLetterClass, DeadLetterRow>> = rows;

/** All classes, in the order of the table. */
export const DEAD_LETTER_CLASSES = rowNames(DEAD_LETTERS);

/** The classes that have a trait, in the order of the table. */
export function classesWith<Trait extends DeadLetterTrait>(trait: Trait): readonly ClassWith<Trait>[] {
  return DEAD_LETTER_CLASSES.filter((name): name is ClassWith<Trait> => DEAD_LETTERS[name][trait]);
}
