import { callerState, type CallerFacts, type CallerState } from '@kieq/domain';
import type { Attempt, GenerationRecord } from '@kieq/ledger';
import { z } from 'zod';
import { jsonOf } from '../jobs/json-text.ts';
import { frozenPayload } from '../jobs/payload.ts';

/**
 * `data` of Kie's response to recordInfo, as a caller sees a generation (docs/kie/api.md#answer-to-recordinfo). Its
 * `taskId` is the generation's id, and its `param` has the caller's own `callBackUrl`.
 */
export interface CallerRecord {
  readonly taskId: string;
  readonly model: string;
  readonly state: CallerState['state'];
  /** As newer clients of Kie read the state: 0 while it runs, 1 success, 3 failed. */
  readonly successFlag: 0 | 1 | 3;
  /** The complete create request as JSON text. */
  readonly param: string;
  /**
   * Empty while it runs, as Kie sends it and its document, which has a string here, allows. Null for a failure: receivers
   * of callbacks skip null, and would try to parse an empty text.
   */
  readonly resultJson: string | null;
  /** What `resultJson` says, parsed; null unless it succeeded with a JSON object. */
  readonly response: Readonly<Record<string, unknown>> | null;
  /** 0 while it waits for its submission, 100 after a success; absent where the progress is not known. */
  readonly progress?: number;
  readonly failCode: string | null;
  readonly failMsg: string | null;
  /** From creation to the end, in ms. */
  readonly costTime: number | null;
  /** Epoch ms, Redis time. */
  readonly completeTime: number | null;
  readonly createTime: number;
  /** Of the last change of its state. */
  readonly updateTime: number;
  readonly creditsConsumed?: number;
}

/**
 * @param nowMs epoch ms in Redis time
 * @param links of its results, in the order of Kie's (`createResultLinks`); default: Kie's own
 */
export function callerRecord(
  record: GenerationRecord,
  nowMs: number,
  links: readonly string[] = record.verdict?.resultUrls ?? [],
): CallerRecord {
  const { verdict } = record;
  const shown = callerState(factsOf(record), nowMs);
  const hasEnded = shown.state !== 'waiting';
  const completeTime = hasEnded ? (record.endedAt ?? record.since) : null;
  const result = shown.state === 'success' ? resultJson(verdict?.resultJson, links) : '';
  return {
    taskId: record.id,
    model: record.model,
    state: shown.state,
    successFlag: SUCCESS_FLAGS[shown.state],
    param: paramOf(record),
    resultJson: shown.state === 'fail' ? null : result,
    response: responseSchema.safeParse(jsonOf(result)).data ?? null,
    ...progressOf(shown.state, record),
    failCode: shown.state === 'fail' ? shown.failCode : null,
    failMsg: shown.state === 'fail' ? shown.failMsg : null,
    costTime: completeTime === null ? null : completeTime - record.createdAt,
    completeTime,
    createTime: record.createdAt,
    updateTime: completeTime ?? record.since,
    ...(hasEnded && verdict?.creditsConsumed !== undefined ? { creditsConsumed: verdict.creditsConsumed } : {}),
  };
}

const SUCCESS_FLAGS = { waiting: 0, success: 1, fail: 3 } as const satisfies Record<CallerState['state'], number>;
const responseSchema = z.record(z.string(), z.unknown());

function progressOf(shown: CallerState['state'], { state }: GenerationRecord): Pick<CallerRecord, 'progress'> {
  if (shown === 'success') return { progress: 100 };
  return shown === 'waiting' && state === 'queued' ? { progress: 0 } : {};
}

/** Whether its failure was readable for its caller by now, or was delivered. */
export function isReportedFailed(record: GenerationRecord, nowMs: number): boolean {
  return callerState(factsOf(record), nowMs).state === 'fail';
}

/**
 * Code and message of a dead generation as Kie's own API would report them, whether held or not; undefined for one that
 * is not dead.
 */
export function deadFailure(
  record: GenerationRecord,
): { readonly failCode: string; readonly failMsg: string } | undefined {
  const shown = record.state === 'dead' ? callerState(factsOf(record), Number.POSITIVE_INFINITY) : undefined;
  return shown?.state === 'fail' ? { failCode: shown.failCode, failMsg: shown.failMsg } : undefined;
}

/** Outcomes of attempts whose cost is known; any other one, also of a newer version, may have been charged. */
const RESOLVED: ReadonlySet<Attempt['outcome']> = new Set<Attempt['outcome']>([
  'open',
  'accepted',
  'adopted',
  'refused',
  'resubmitted',
]);

function factsOf({ state, verdict, deadLetter, attempts }: GenerationRecord): CallerFacts {
  const { failCode, failMsg } = verdict ?? {};
  return {
    state,
    lostAnAnswer: attempts.some(({ outcome }) => !RESOLVED.has(outcome)),
    verdict: { ...(failCode === undefined ? {} : { failCode }), ...(failMsg === undefined ? {} : { failMsg }) },
    ...(deadLetter === undefined
      ? {}
      : { deadLetter: { class: deadLetter.class, evidence: deadLetter.evidence, heldUntil: deadLetter.heldUntil } }),
  };
}

/** Kie's callback: the response to recordInfo with code 200 or 501 (docs/kie/facts.md#callbacks). */
export function callbackBody(data: CallerRecord): {
  readonly code: number;
  readonly msg: string;
  readonly data: CallerRecord;
} {
  if (data.state === 'success') return { code: 200, msg: 'success', data };
  return { code: 501, msg: data.failMsg ?? 'Generation failed', data };
}

/** Kie's own text, unless its links are not the reported ones: a client of Kie reads only `resultUrls`. */
function resultJson(said: string | undefined, resultUrls: readonly string[]): string {
  if (said !== undefined && resultUrls.length === 0) return said;
  const parsed = said === undefined ? undefined : reportedSchema.safeParse(jsonOf(said)).data;
  if (
    said !== undefined &&
    Array.isArray(parsed?.resultUrls) &&
    resultUrls.every((url) => parsed.resultUrls.includes(url))
  )
    return said;
  return JSON.stringify({ ...parsed, resultUrls });
}

const reportedSchema = z.looseObject({ resultUrls: z.array(z.string()).catch([]) });

function paramOf({ payload }: GenerationRecord): string {
  const frozen = frozenPayload(payload);
  if (frozen === undefined) return '{}';
  const { request, callBackUrl } = frozen;
  return JSON.stringify({ model: request.model, input: request.input, callBackUrl });
}
