import { DEAD_LETTER_CLASSES, type DeadLetterClass } from './dead-letters.ts';
import { isKnown, type Newer, type OrNewer } from './newer.ts';
import type { Verdict } from './outcomes.ts';
import type { GenerationState } from './states.ts';

/**
 * How a generation looks through Kie's own API, whose states are `waiting`, `success` and `fail`
 * (kie-image-to-video-api.md, section 2).
 */
export type CallerState =
  | {
      readonly state: 'waiting';
      /** Epoch ms at which it shows as `fail` unless it is resumed before; absent while it is not dead. */
      readonly heldUntil?: number;
    }
  | { readonly state: 'success' }
  | { readonly state: 'fail'; readonly failCode: string; readonly failMsg: string };

/** What {@link callerState} looks at. */
export interface CallerFacts {
  readonly state: OrNewer<GenerationState>;
  readonly verdict?: Pick<Verdict, 'failCode' | 'failMsg'>;
  readonly letter?: {
    readonly class: OrNewer<DeadLetterClass>;
    readonly summary: string;
    /** Epoch ms until which it is held; absent where it is not. */
    readonly heldUntil?: number | undefined;
  };
}

/** Kie's code of every failed task (KIE-FACTS.md, Envelope and errors); used where a verdict carries none. */
const GENERATION_FAILED = '501';

/**
 * Dead letters that show as `waiting` for `KIEQ_HOLD_MS`: they can be resumed without paying again, so a client that
 * gave up would re-create work that is paid already or still comes. Not held: `invalid_request`, since only another
 * request helps there (docs/decisions/0009), `record_missing`, which only pay-again resumes, and letters that stand
 * beside an ended generation.
 */
export const HELD_CLASSES = [
  'model_unavailable',
  'refused_repeatedly',
  'insufficient_credits',
  'deadline_exceeded',
  'payment_unknown',
  'task_lost',
  'task_stuck',
  'archive_failed',
] as const satisfies readonly DeadLetterClass[];

/** What a caller is told about a dead generation; its `failCode` is the class of the dead letter. */
const FAILURE_TEXTS: Readonly<Record<DeadLetterClass, string>> = {
  invalid_request: 'The request was refused as invalid. Nothing was charged; correct it and create a new one.',
  model_unavailable: 'The model is switched off. Nothing was charged.',
  refused_repeatedly: 'The service answered with errors every time. Nothing was charged.',
  insufficient_credits: 'The account had no credits for too long. Nothing was charged.',
  deadline_exceeded: 'It waited in the queue beyond its deadline. Nothing was charged.',
  record_missing: 'Its record was lost; it may have been charged. Ask the operator before creating it again.',
  generation_failed: 'Generation failed',
  payment_unknown:
    'The answer to its submission was lost; it may have been charged. Ask the operator before creating it again.',
  task_lost: 'The service denies knowing the accepted task. Ask the operator before creating it again.',
  task_stuck: 'The accepted task never ended. Ask the operator before creating it again.',
  archive_failed: 'The video was made, but could not be saved. Ask the operator before creating it again.',
  notify_failed: 'The callback could not be delivered.',
};

/** Of a class that a newer version has written: whether it was charged is not known here. */
const NEWER_FAILURE_TEXT = 'It was given up. Ask the operator before creating it again.';

/** @param nowMs epoch ms, by the clock of `letter.heldUntil` */
export function callerState(facts: CallerFacts, nowMs: number): CallerState {
  switch (facts.state) {
    case 'queued':
    case 'submitting':
    case 'unknown':
    case 'generating':
    case 'archiving':
      return { state: 'waiting' };
    case 'succeeded':
      return { state: 'success' };
    case 'failed':
      return {
        state: 'fail',
        failCode: facts.verdict?.failCode ?? GENERATION_FAILED,
        failMsg: facts.verdict?.failMsg ?? FAILURE_TEXTS.generation_failed,
      };
    case 'cancelled':
      return {
        state: 'fail',
        failCode: 'cancelled',
        failMsg: 'It was cancelled before it was submitted. Nothing was charged.',
      };
    case 'dead':
      return deadState(facts.letter, nowMs);
    default:
      facts.state satisfies Newer;
      return { state: 'waiting' };
  }
}

function deadState(letter: CallerFacts['letter'], nowMs: number): CallerState {
  if (letter === undefined) return { state: 'fail', failCode: 'dead', failMsg: 'It was given up.' };
  const { heldUntil } = letter;
  if (heldUntil !== undefined && nowMs < heldUntil) return { state: 'waiting', heldUntil };
  const text = isKnown(DEAD_LETTER_CLASSES, letter.class) ? FAILURE_TEXTS[letter.class] : NEWER_FAILURE_TEXT;
  const failMsg = letter.class === 'invalid_request' ? `${text} (${letter.summary})` : text;
  return { state: 'fail', failCode: letter.class, failMsg };
}
