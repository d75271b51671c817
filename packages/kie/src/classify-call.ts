import { retryAfterMs } from '@kieq/domain';
import { envelopeOf } from './envelope.ts';
import type { Envelope } from './envelope.ts';
import { KieError } from './errors.ts';
import type { KieErrorCode } from './errors.ts';
import { evidenceOf } from './evidence.ts';
import type { Answer, Exchange, Failure } from './exchange.ts';
import { TRANSPORT } from './exchange.ts';
import type { Redactor } from './redact.ts';

/**
 * The classification of the free calls, `credits` and `upload`: the envelope of a success, or the error to throw. Pure.
 * @param what names the call in the error, such as `credits`.
 */
export function classifyCall(exchange: Exchange, what: string, redact: Redactor, nowMs: number): Envelope | KieError {
  if (exchange.kind === 'failure') {
    const summary = `${what}: no usable response (${exchange.transport}).`;
    return new KieError(failureCode(exchange), evidenceOf(summary, exchange, redact));
  }
  const envelope = envelopeOf(exchange);
  if (envelope?.code === 200) return envelope;
  const code = envelope === undefined ? byStatus(exchange.status) : byCode(envelope.code);
  return new KieError(
    code,
    evidenceOf(summaryOf(what, exchange, envelope), exchange, redact),
    retryAfterMs(exchange.headers, nowMs),
  );
}

/** The error for a response of code 200 without the requested data. */
export function unreadable(exchange: Exchange, what: string, redact: Redactor): KieError {
  return new KieError('unreadable', evidenceOf(`${what}: the response lacks the requested data.`, exchange, redact));
}

function summaryOf(what: string, answer: Answer, envelope: Envelope | undefined): string {
  if (envelope === undefined) return `${what}: HTTP ${answer.status} without an envelope.`;
  return `${what}: Kie responded with code ${envelope.code}.`;
}

function byCode(code: number): KieErrorCode {
  if (code === 401) return 'unauthorized';
  if (code === 429) return 'rate_limited';
  return code >= 500 ? 'server_error' : 'refused';
}

function byStatus(status: number): KieErrorCode {
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 429) return 'rate_limited';
  if (status >= 500) return 'server_error';
  return status >= 400 ? 'refused' : 'unreadable';
}

function failureCode(failure: Failure): KieErrorCode {
  switch (failure.transport) {
    case TRANSPORT.aborted:
      return 'aborted';
    case TRANSPORT.closed:
      return 'closed';
    case TRANSPORT.timeout:
    case TRANSPORT.connectTimeout:
      return 'timeout';
    case TRANSPORT.bodyTooLarge:
      return 'unreadable';
    default:
      return 'transport';
  }
}
