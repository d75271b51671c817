import { DEAD_LETTER_CLASSES, type DeadLetterClass } from './dead-letters.ts';
import type { Said } from './evidence-text.ts';
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
    /** Kie's own words in it are redacted and shortened. */
    readonly evidence: Said & { readonly summary: string };
    /** Epoch ms until which it is held; absent where it is not. */
    readonly heldUntil?: number | undefined;
  };
  /** An attempt's answer was lost, or its task turned up beside another one: it may have been charged. Default false. */
  readonly lostAnAnswer?: boolean;
}

/** Kie's code of every failed task (KIE-FACTS.md, Envelope and errors); used where a verdict carries none. */
const GENERATION_FAILED = '501';

/**
 * Dead letters that show as `waiting` for `KIEQ_HOLD_MS`: a paid video may exist, and may still come without another
 * request, so that a client that gave up would pay for it a second time. Every other one shows as `fail` at once: Kie
 * refused it, or never saw it, and whoever is not told for a day only learns of it a day later
 * (docs/decisions/0009). Which letter is held is written into it when it opens, by
 * `packages/ledger/lua/lib/notice.lua`; a test keeps the two lists alike.
 */
export const HELD_CLASSES = [
  'payment_unknown',
  'task_lost',
  'task_stuck',
  'archive_failed',
  'result_unreadable',
] as const satisfies readonly DeadLetterClass[];

const NO_CHARGE = 'Nothing was charged';
/** In place of all that says or follows from it. */
const CHARGE_FREE = new RegExp(`${NO_CHARGE}.*`);
const LOST_AN_ANSWER = 'An earlier submission of it may have been charged: ask the operator before creating it again.';

/** What a caller is told about a dead generation, behind Kie's own words where it refused the request. */
const FAILURE_TEXTS: Readonly<Record<DeadLetterClass, string>> = {
  invalid_request: `The request was refused as invalid. ${NO_CHARGE}; correct it and create a new one.`,
  model_unavailable: `The model is switched off. ${NO_CHARGE}.`,
  refused_repeatedly: `The service answered with errors every time. ${NO_CHARGE}.`,
  insufficient_credits: `The account had no credits for too long. ${NO_CHARGE}.`,
  deadline_exceeded: `It waited in the queue beyond its deadline. ${NO_CHARGE}.`,
  record_missing: 'Its record was lost; it may have been charged. Ask the operator before creating it again.',
  generation_failed: 'Generation failed',
  payment_unknown:
    'The answer to its submission was lost; it may have been charged. Ask the operator before creating it again.',
  task_lost: 'The service denies knowing the accepted task. Ask the operator before creating it again.',
  task_stuck: 'The accepted task never ended. Ask the operator before creating it again.',
  archive_failed: 'The video was made, but could not be saved. Ask the operator before creating it again.',
  notify_failed: 'The callback could not be delivered.',
  upload_missing: `A file that was uploaded with the request is gone. ${NO_CHARGE}; send it again with a new request.`,
  result_unreadable: 'The video was made, but its result cannot be read. Ask the operator before creating it again.',
};

/** Of a class that a newer version has written: whether it was charged is not known here. */
const NEWER_FAILURE_TEXT = 'It was given up. Ask the operator before creating it again.';

/**
 * Dead letters whose evidence is Kie's refusal of this very request. What Kie said of a task, such as that it does not
 * know it, is not passed on: read as a refusal it would have a paid video created again.
 */
const REFUSED_CLASSES: ReadonlySet<OrNewer<DeadLetterClass>> = new Set<DeadLetterClass>([
  'invalid_request',
  'model_unavailable',
  'refused_repeatedly',
  'insufficient_credits',
]);

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
      return deadState(facts, nowMs);
    default:
      facts.state satisfies Newer;
      return { state: 'waiting' };
  }
}

function deadState({ letter, lostAnAnswer = false }: CallerFacts, nowMs: number): CallerState {
  if (letter === undefined) return { state: 'fail', failCode: 'dead', failMsg: 'It was given up.' };
  const { heldUntil } = letter;
  if (heldUntil !== undefined && nowMs < heldUntil) return { state: 'waiting', heldUntil };
  const text = isKnown(DEAD_LETTER_CLASSES, letter.class) ? FAILURE_TEXTS[letter.class] : NEWER_FAILURE_TEXT;
  const ours = lostAnAnswer ? text.replace(CHARGE_FREE, LOST_AN_ANSWER) : text;
  return { state: 'fail', ...failureOf(letter, ours) };
}

/** Kie's own code and words where it refused the request, with ours behind them; else the class and ours alone. */
function failureOf(
  { class: letterClass, evidence }: NonNullable<CallerFacts['letter']>,
  ours: string,
): { readonly failCode: string; readonly failMsg: string } {
  const { code, msg = '', summary }: Said = REFUSED_CLASSES.has(letterClass) ? evidence : {};
  const failCode = code === undefined ? letterClass : String(code);
  if (msg !== '') return { failCode, failMsg: `${msg} (${ours})` };
  return { failCode, failMsg: letterClass === 'invalid_request' ? `${ours} (${summary})` : ours };
}
