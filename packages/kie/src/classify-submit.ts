import { retryAfterMs } from '@kieq/domain';
import type { SubmitAnswer, SubmitClass } from '@kieq/domain';

import { envelopeOf, taskIdOf } from './envelope.ts';
import { evidenceOf, withBody } from './evidence.ts';
import type { Answer, Exchange, Failure } from './exchange.ts';
import { TRANSPORT } from './exchange.ts';
import type { Redactor } from './redact.ts';
import { isValidationWording } from './validation-wording.ts';

/** Classes that a code or a status alone can name. */
type Refusal = Exclude<SubmitClass, 'accepted' | 'validation_as_500' | 'not_sent' | 'unknown'>;

/**
 * Codes of an envelope that mean "nothing was created" (docs/kie/facts.md#codes). After all others a task may exist.
 */
const BY_CODE: ReadonlyMap<number, Refusal> = new Map([
  [400, 'invalid_request'],
  [401, 'unauthorized'],
  [402, 'insufficient_credits'],
  [404, 'invalid_request'],
  [422, 'invalid_request'],
  [429, 'rate_limited'],
  [433, 'key_cap'],
  [451, 'invalid_request'],
  [455, 'maintenance'],
  [500, 'server_error'],
  [501, 'server_error'],
  [505, 'model_unavailable'],
]);

/**
 * HTTP statuses that mean the same without an envelope. Any other status may come from a proxy that lost Kie's
 * response.
 */
const BY_STATUS: ReadonlyMap<number, Refusal> = new Map([
  [401, 'unauthorized'],
  [402, 'insufficient_credits'],
  [403, 'unauthorized'],
  [429, 'rate_limited'],
]);

const NOT_FOUND = 404;

const SUMMARIES: Readonly<Record<Exclude<SubmitClass, 'unknown' | 'not_sent'>, string>> = {
  accepted: 'Kie accepted the task.',
  rate_limited: 'Kie refused: rate limit of the account reached.',
  insufficient_credits: 'Kie refused: insufficient credits.',
  key_cap: 'Kie refused: usage cap of this key reached.',
  maintenance: 'Kie refused: maintenance.',
  unauthorized: 'Kie or its proxy refused the API key or the address of this machine.',
  invalid_request: 'Kie refused the parameters.',
  validation_as_500: 'Kie refused the parameters with a code 500.',
  model_unavailable: 'Kie refused: the feature or model is switched off.',
  server_error: 'Kie refused with a server error.',
};

/**
 * The one classification of createTask (policy: docs/failure-modes/kie.md#answers-to-createtask; what Kie does:
 * docs/kie/facts.md#envelope-and-errors). Pure.
 *
 * A taskId decides before everything else, also where the connection was cut after it. Where there is an envelope its
 * `code` decides, whatever the HTTP status; without one the status. Everything else is `unknown`: a task may exist and
 * be charged.
 * @param nowMs epoch ms, for a `Retry-After` given as a date.
 */
export function classifySubmit(exchange: Exchange, redact: Redactor, nowMs: number): SubmitAnswer {
  return exchange.kind === 'answer' ? classifyAnswer(exchange, redact, nowMs) : classifyFailure(exchange, redact);
}

function classifyAnswer(answer: Answer, redact: Redactor, nowMs: number): SubmitAnswer {
  const taskId = taskIdOf(answer);
  const found = taskId === undefined ? classOf(answer) : 'accepted';
  const retryAfter = retryAfterMs(answer.headers, nowMs);
  return {
    class: found,
    ...(taskId === undefined ? {} : { taskId }),
    ...(retryAfter === undefined ? {} : { retryAfterMs: retryAfter }),
    latencyMs: answer.latencyMs,
    answered: true,
    evidence:
      found === 'unknown' ? unknownEvidence(answer, redact) : evidenceOf(summaryOf(found, answer), answer, redact),
  };
}

/** Usually a wrong `KIE_BASE_URL`. The URL is not shown: callers read this, and it may be an internal address. */
const NOT_THERE = `the address answered ${NOT_FOUND}: is KIE_BASE_URL right?`;

function summaryOf(found: keyof typeof SUMMARIES, answer: Answer): string {
  const isNotFound = found === 'invalid_request' && envelopeOf(answer)?.code === NOT_FOUND;
  return isNotFound ? `Kie refused: ${NOT_THERE}` : SUMMARIES[found];
}

function classOf(answer: Answer): Exclude<SubmitClass, 'not_sent'> {
  const envelope = envelopeOf(answer);
  const found = envelope === undefined ? byStatus(answer) : BY_CODE.get(envelope.code);
  if (found === undefined) return 'unknown';
  return envelope?.code === 500 && isValidationWording(envelope.msg ?? '') ? 'validation_as_500' : found;
}

/** A proxy that filters responses may replace Kie's acceptance by its own page: then a status alone proves nothing. */
function byStatus({ status, isForwarded }: Answer): Refusal | undefined {
  return isForwarded === true ? undefined : BY_STATUS.get(status);
}

function unknownEvidence(answer: Answer, redact: Redactor): SubmitAnswer['evidence'] {
  const envelope = envelopeOf(answer);
  if (envelope === undefined) {
    const advice = answer.status === NOT_FOUND ? ` And ${NOT_THERE}` : '';
    const summary = `HTTP ${answer.status} without an envelope: a task may exist and be charged.${advice}`;
    return evidenceOf(summary, answer, redact);
  }
  const what = envelope.code === 200 ? 'Code 200 without a taskId' : `Code ${envelope.code}, which says nothing`;
  return withBody(evidenceOf(`${what}: a task may exist and be charged.`, answer, redact), answer.body, redact);
}

function classifyFailure(failure: Failure, redact: Redactor): SubmitAnswer {
  const base = { latencyMs: failure.latencyMs, answered: failure.status !== undefined };
  // Also where a response arrived: the request was not written yet.
  if (!failure.sent) return { class: 'not_sent', ...base, evidence: evidenceOf(notSent(failure), failure, redact) };
  const taskId = taskIdOf(failure);
  if (taskId !== undefined) {
    const evidence = evidenceOf('Kie accepted the task; the end of its response was cut off.', failure, redact);
    return { class: 'accepted', taskId, ...base, evidence };
  }
  const summary = `No usable response (${failure.transport}): a task may exist and be charged.`;
  return { class: 'unknown', ...base, evidence: evidenceOf(summary, failure, redact) };
}

function notSent(failure: Failure): string {
  switch (failure.transport) {
    case TRANSPORT.sendDeadline:
      return 'Not sent: the send deadline had passed when the connection was ready.';
    case TRANSPORT.aborted:
      return 'Not sent: aborted before the first byte.';
    case TRANSPORT.sendRefused:
      return 'Not sent: a hook of the worker failed before the first byte.';
    case TRANSPORT.unserialisable:
      return 'Not sent: the request cannot be written as JSON.';
    case TRANSPORT.closed:
      return 'Not sent: the client was closed.';
    case TRANSPORT.unasked:
      return 'Not sent: the server responded before the request was written.';
    case TRANSPORT.connectTimeout:
      return 'Not sent: no connection within the connect timeout.';
    default:
      if (failure.transport.startsWith('PROXY_')) return `Not sent: the proxy opened no tunnel (${failure.transport}).`;
      return `Not sent: no connection (${failure.transport}).`;
  }
}
