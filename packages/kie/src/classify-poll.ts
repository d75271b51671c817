import { retryAfterMs } from '@kieq/domain';
import type { PollAnswer } from '@kieq/domain';

import type { Envelope } from './envelope.ts';
import { envelopeOf } from './envelope.ts';
import { evidenceOf, withSaid } from './evidence.ts';
import type { Answer, Exchange } from './exchange.ts';
import { isRecord, jsonText } from './json.ts';
import type { KieRecord } from './record.ts';
import { echoOf, failVerdict, readRecord, readSuccess, recordTaskId } from './record.ts';
import type { Redactor } from './redact.ts';
import { shorten } from './redact.ts';

/** Input of a classification in addition to the exchange. */
export interface PollContext {
  /** The requested task. */
  readonly taskId: string;
  readonly redact: Redactor;
  /** Epoch ms, for a `Retry-After` given as a date. */
  readonly nowMs: number;
}

type TransientReason = Extract<PollAnswer, { kind: 'trouble' }>['reason'];

/** Codes that are a verdict about the task by themselves (docs/failure-modes/kie.md#answers-to-recordinfo). */
const TERMINAL_CODES: ReadonlySet<number> = new Set([408, 501]);
/** The longest state word that is kept, in characters; Kie's have ten. */
const STATE_LIMIT = 100;
const UNKNOWN_TASK = /record\s?info is null/i;

/**
 * The one classification of recordInfo (policy: docs/failure-modes/kie.md#answers-to-recordinfo; what Kie does:
 * docs/kie/facts.md#recordinfo). Pure.
 *
 * Only Kie's own report is a verdict: everything that is no readable envelope is `trouble` and leads to another poll.
 */
export function classifyPoll(exchange: Exchange, context: PollContext): PollAnswer {
  if (exchange.kind === 'failure') {
    return transient('transient', `No usable response (${exchange.transport}).`, exchange, context);
  }
  const envelope = envelopeOf(exchange);
  return envelope === undefined ? withoutEnvelope(exchange, context) : withEnvelope(exchange, envelope, context);
}

function withoutEnvelope(answer: Answer, context: PollContext): PollAnswer {
  const summary = `HTTP ${answer.status} without an envelope.`;
  if (answer.status === 429) return transient('rate_limited', summary, answer, context);
  const refused = answer.status === 401 || answer.status === 403;
  return transient(refused ? 'unauthorized' : 'transient', summary, answer, context);
}

function withEnvelope(answer: Answer, envelope: Envelope, context: PollContext): PollAnswer {
  const { code, msg = '' } = envelope;
  if (UNKNOWN_TASK.test(msg) || code === 404) return notFound(answer, context);
  if (code === 429) return transient('rate_limited', 'Kie refused: too many queries.', answer, context);
  if (code === 401)
    return transient('unauthorized', 'Kie refused the API key or the address of this machine.', answer, context);
  const record = readRecord(envelope.data);
  const answered = record === undefined ? undefined : recordTaskId(record);
  if (answered !== undefined && answered !== context.taskId) {
    return transient('transient', 'Kie responded with another task.', answer, context);
  }
  const said = code === 200 || TERMINAL_CODES.has(code) ? aboutTask(answer, envelope, record, context) : undefined;
  if (said !== undefined) return said;
  if (answer.status === 404) return notFound(answer, context);
  return transient('transient', `Code ${code} says nothing about the task.`, answer, context);
}

function aboutTask(
  answer: Answer,
  envelope: Envelope,
  record: KieRecord | undefined,
  context: PollContext,
): PollAnswer | undefined {
  const echo = echoOf(context.taskId, record);
  const state = record?.state;
  if (record !== undefined && state === 'success') {
    return succeeded(answer, envelope.data, record, context);
  }
  const terminal = TERMINAL_CODES.has(envelope.code);
  if (state === 'fail' || terminal) {
    const fallback = terminal ? codeAsFailure(envelope) : {};
    const verdict = failVerdict(record, fallback, context.redact);
    return {
      kind: 'verdict',
      verdict,
      echo,
      evidence: evidenceOf('Kie reported that the task failed.', answer, context.redact),
    };
  }
  if (state === undefined) return undefined;
  return { kind: 'running', vendorState: shorten(context.redact(state), STATE_LIMIT), echo };
}

function succeeded(answer: Answer, data: unknown, record: KieRecord, { taskId, redact }: PollContext): PollAnswer {
  const echo = echoOf(taskId, record);
  const { verdict, result } = readSuccess(record);
  if (result !== 'unreadable') {
    const evidence = evidenceOf('Kie reported that the task succeeded.', answer, redact);
    return { kind: 'verdict', verdict, echo, evidence };
  }
  const seen = evidenceOf('Kie reported that the task succeeded, but its result cannot be read.', answer, redact);
  const evidence = withSaid(seen, saidInstead(data) ?? answer.body, redact);
  const { creditsConsumed } = verdict;
  return { kind: 'no_result', ...(creditsConsumed === undefined ? {} : { creditsConsumed }), echo, evidence };
}

/** The record without the request, which is long and known; undefined where it is too deep for JSON. */
function saidInstead(data: unknown): string | undefined {
  return isRecord(data) ? jsonText({ ...data, param: undefined }) : undefined;
}

function codeAsFailure(envelope: Envelope): { readonly failCode: string; readonly failMsg?: string } {
  const { code, msg } = envelope;
  return { failCode: String(code), ...(msg === undefined || msg === '' ? {} : { failMsg: msg }) };
}

function notFound(answer: Answer, context: PollContext): PollAnswer {
  return {
    kind: 'not_found',
    evidence: evidenceOf('Kie reports that it does not know the task.', answer, context.redact),
  };
}

function transient(reason: TransientReason, summary: string, exchange: Exchange, context: PollContext): PollAnswer {
  const retryAfter = exchange.kind === 'answer' ? retryAfterMs(exchange.headers, context.nowMs) : undefined;
  const evidence = evidenceOf(summary, exchange, context.redact);
  return { kind: 'trouble', reason, ...(retryAfter === undefined ? {} : { retryAfterMs: retryAfter }), evidence };
}
