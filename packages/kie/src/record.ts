import type { ResultKind, TaskEcho, Verdict } from '@kieq/domain';

import { firstTaskId } from './envelope.ts';
import { isDeeper, isRecord, jsonText, parseNestedJson } from './json.ts';
import type { Redactor } from './redact.ts';
import { shorten } from './redact.ts';
import { linksBeside, linksIn } from './result-links.ts';

/** The longest `failMsg` and `failCode` that are kept, in characters. */
const FAIL_MSG_LIMIT = 2000;
const FAIL_CODE_LIMIT = 200;
/** No request is nested deeper than 100 levels, and a comparison of inputs walks through all levels. */
const INPUT_LEVELS = 200;

const AMOUNT_TEXT = /^\s*\d+(\.\d+)?\s*$/;

/**
 * `data` of recordInfo (docs/kie/api.md#answer-to-recordinfo), leniently read. Every field may be missing, null or of a
 * type that the contract does not promise; such a field is undefined, and the others still count.
 */
export type KieRecord = Readonly<Record<string, unknown>> & {
  /** Without blanks around it. */
  readonly state: string | undefined;
  readonly model: string | undefined;
  readonly failCode: string | undefined;
  readonly failMsg: string | undefined;
  readonly creditsConsumed: number | undefined;
  /** In epoch ms, as `completeTime`. */
  readonly createTime: number | undefined;
  readonly completeTime: number | undefined;
};

/**
 * Reads `data` of recordInfo; undefined where it is not an object. By hand, since a schema makes an error with its message
 * for every field that is null, and most fields are.
 */
export function readRecord(data: unknown): KieRecord | undefined {
  if (!isRecord(data)) return undefined;
  return {
    ...data,
    state: present(textIn(data['state'])?.trim()),
    model: textIn(data['model']),
    failCode: wordIn(data['failCode']),
    failMsg: wordIn(data['failMsg']),
    creditsConsumed: amountIn(data['creditsConsumed'], 0),
    createTime: amountIn(data['createTime'], Number.MIN_VALUE),
    completeTime: amountIn(data['completeTime'], Number.MIN_VALUE),
  };
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function present(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

/** Text, or a number as text. */
function wordIn(value: unknown): string | undefined {
  return present(typeof value === 'number' && Number.isFinite(value) ? String(value) : textIn(value));
}

/** A number of at least `least`, which may come as text. Hundreds of digits are Infinity, and no amount. */
function amountIn(value: unknown, least: number): number | undefined {
  const amount = typeof value === 'string' && AMOUNT_TEXT.test(value) ? Number(value) : value;
  return typeof amount === 'number' && Number.isFinite(amount) && amount >= least ? amount : undefined;
}

/** The task id of a record; undefined where it has none. */
export function recordTaskId(record: KieRecord): string | undefined {
  return firstTaskId([record['taskId'], record['task_id'], record['recordId']]);
}

/**
 * The create request as the record repeats it. `param` is a JSON string, and its `input` often one again
 * (docs/kie/facts.md#recordinfo).
 */
export function echoOf(taskId: string, record: KieRecord | undefined): TaskEcho {
  const nested = parseNestedJson(record?.['param']);
  const param = isRecord(nested) ? nested : {};
  const input = parseNestedJson(param['input']);
  const isInput = input !== undefined && input !== null && !isDeeper(input, INPUT_LEVELS);
  const model = record?.model ?? param['model'];
  const callBackUrl = param['callBackUrl'];
  return {
    taskId,
    ...(typeof model === 'string' ? { model } : {}),
    ...(isInput ? { input } : {}),
    ...(typeof callBackUrl === 'string' && callBackUrl !== '' ? { callBackUrl } : {}),
    ...(record?.createTime === undefined ? {} : { createTime: record.createTime }),
  };
}

/** A success, and what is readable of its result. */
export interface Success {
  readonly verdict: Verdict;
  readonly result: ResultKind;
}

/**
 * A success as Kie reported it. A result that cannot be read is still a paid success: it is kept verbatim, without
 * URLs, except for an object that is too deep for JSON.
 *
 * Newer answers carry the parsed result as `response` (docs/kie/facts.md#recordinfo); it replaces an empty
 * `resultJson`.
 */
export function readSuccess(record: KieRecord): Success {
  const wholes = [record['resultJson'], record['response']]
    .filter((value) => !isBlank(value))
    .map((value) => ({ value, links: linksIn(value), isText: isText(value) }));
  const whole = wholes.find(({ links }) => links.length > 0) ?? wholes.find((one) => one.isText) ?? wholes[0];
  const links = whole === undefined || whole.links.length === 0 ? linksBeside(record) : whole.links;
  const resultJson = typeof whole?.value === 'string' ? whole.value : jsonText(whole?.value);
  return {
    verdict: {
      state: 'success',
      resultUrls: links,
      ...(resultJson === undefined ? {} : { resultJson }),
      ...costs(record),
    },
    result: links.length > 0 ? 'links' : whole?.isText === true ? 'text' : 'unreadable',
  };
}

/** A failure; `fallback` supplies what the record lacks. */
export function failVerdict(
  record: KieRecord | undefined,
  fallback: { readonly failCode?: string; readonly failMsg?: string },
  redact: Redactor,
): Verdict {
  const failCode = record?.failCode ?? fallback.failCode;
  const failMsg = record?.failMsg ?? fallback.failMsg;
  return {
    state: 'fail',
    resultUrls: [],
    ...(failCode === undefined ? {} : { failCode: shorten(redact(failCode), FAIL_CODE_LIMIT) }),
    ...(failMsg === undefined ? {} : { failMsg: shorten(redact(failMsg), FAIL_MSG_LIMIT) }),
    ...(record === undefined ? {} : costs(record)),
  };
}

/** A model that makes text: `{"resultObject":{}}` (docs/kie/facts.md#recordinfo). */
function isText(whole: unknown): boolean {
  const result = parseNestedJson(whole);
  return isRecord(result) && !isBlank(result['resultObject']);
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

function costs(record: KieRecord): Pick<Verdict, 'creditsConsumed' | 'createTime' | 'completeTime'> {
  const { creditsConsumed, createTime, completeTime } = record;
  return {
    ...(creditsConsumed === undefined ? {} : { creditsConsumed }),
    ...(createTime === undefined ? {} : { createTime }),
    ...(completeTime === undefined ? {} : { completeTime }),
  };
}
