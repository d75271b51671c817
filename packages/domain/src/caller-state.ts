import { DEAD_LETTER_CLASSES, DEAD_LETTERS, type DeadLetterClass, type DeadLetterRow } from './dead-letter-table.ts';
import type { Said } from './evidence-text.ts';
import { isKnown, type Newer, type OrNewer } from './newer.ts';
import type { Verdict } from './outcomes.ts';
import type { GenerationState } from './states.ts';

/**
 * How a generation appears through Kie's own API, whose states are `waiting`, `success` and `fail`
 * (docs/kie/api.md#answer-to-recordinfo).
 */
export type CallerState =
  | {
      readonly state: 'waiting';
      /** Epoch ms at which it shows as `fail` unless it is resumed before; absent while it is not dead. */
      readonly heldUntil?: number;
    }
  | { readonly state: 'success' }
  | { readonly state: 'fail'; readonly failCode: string; readonly failMsg: string };

/** Input of {@link callerState}. */
export interface CallerFacts {
  readonly state: OrNewer<GenerationState>;
  readonly verdict?: Pick<Verdict, 'failCode' | 'failMsg'>;
  readonly deadLetter?: {
    readonly class: OrNewer<DeadLetterClass>;
    /** Kie's own words in it are redacted and shortened. */
    readonly evidence: Said & { readonly summary: string };
    /** Epoch ms until which it is held; absent where it is not. */
    readonly heldUntil?: number | undefined;
  };
  /**
   * The response to an attempt was lost, or its task turned up in addition to another one: it may have been charged.
   * Default false.
   */
  readonly lostAnAnswer?: boolean;
}

/** Kie's code of every failed task (docs/kie/facts.md#codes); used where a verdict carries none. */
const GENERATION_FAILED = '501';

const LOST_AN_ANSWER =
  'An earlier submission of this generation may have been charged. Ask the operator before creating it again.';

/** For a class that a newer version wrote: this version does not know whether it was charged. */
const NEWER_ROW: Pick<DeadLetterRow, 'callerText' | 'freeText' | 'isRefusal' | 'tellsSummary'> = {
  callerText: 'The generation was given up. Ask the operator before creating it again.',
  freeText: null,
  isRefusal: false,
  tellsSummary: false,
};

/** @param nowMs epoch ms, by the clock of `deadLetter.heldUntil` */
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
        failMsg: facts.verdict?.failMsg ?? DEAD_LETTERS.generation_failed.callerText,
      };
    case 'cancelled':
      return {
        state: 'fail',
        failCode: 'cancelled',
        failMsg: 'The generation was cancelled before it was submitted. Nothing was charged.',
      };
    case 'dead':
      return deadState(facts, nowMs);
    default:
      facts.state satisfies Newer;
      return { state: 'waiting' };
  }
}

function deadState({ deadLetter, lostAnAnswer = false }: CallerFacts, nowMs: number): CallerState {
  if (deadLetter === undefined) return { state: 'fail', failCode: 'dead', failMsg: 'The generation was given up.' };
  const { heldUntil } = deadLetter;
  if (heldUntil !== undefined && nowMs < heldUntil) return { state: 'waiting', heldUntil };
  const row = isKnown(DEAD_LETTER_CLASSES, deadLetter.class) ? DEAD_LETTERS[deadLetter.class] : NEWER_ROW;
  return { state: 'fail', ...failureOf(deadLetter, row, lostAnAnswer) };
}

/**
 * Kie's own code and message where Kie refused the request, followed by our text; else the class and our text alone.
 */
function failureOf(
  { class: deadLetterClass, evidence }: NonNullable<CallerFacts['deadLetter']>,
  { callerText, freeText, isRefusal, tellsSummary }: typeof NEWER_ROW,
  lostAnAnswer: boolean,
): { readonly failCode: string; readonly failMsg: string } {
  const ours = freeText === null ? callerText : `${callerText} ${lostAnAnswer ? LOST_AN_ANSWER : freeText}`;
  const { code, msg = '' }: Said = isRefusal ? evidence : {};
  const failCode = code === undefined ? deadLetterClass : String(code);
  if (msg !== '') return { failCode, failMsg: `${msg} (${ours})` };
  return { failCode, failMsg: tellsSummary ? `${ours} (${evidence.summary})` : ours };
}
