import type { Evidence } from '@kieq/domain';

import type { Envelope } from './envelope.ts';
import { envelopeOf, textOf } from './envelope.ts';
import type { Exchange } from './exchange.ts';
import type { Redactor } from './redact.ts';
import { shorten } from './redact.ts';

/** Limits of `Evidence`, in characters (`@kieq/domain`, outcomes.ts). */
const MSG_LIMIT = 500;
const BODY_LIMIT = 200;
/** What Kie sent instead of a result: the link may be in it. */
const SAID_LIMIT = 2000;
const SUMMARY_LIMIT = 300;

/**
 * Describes an exchange for operators. Texts are redacted first and shortened afterwards, so that no half of a secret
 * survives a cut.
 * @param summary one short sentence of kieq.
 */
export function evidenceOf(summary: string, exchange: Exchange, redact: Redactor): Evidence {
  const envelope = envelopeOf(exchange);
  return {
    summary: shorten(redact(summary), SUMMARY_LIMIT),
    ...(exchange.status === undefined ? {} : { httpStatus: exchange.status }),
    ...(exchange.kind === 'failure' ? { transport: exchange.transport } : {}),
    ...(envelope === undefined ? bodyEvidence(textOf(exchange), redact) : envelopeEvidence(envelope, redact)),
  };
}

function envelopeEvidence(envelope: Envelope, redact: Redactor): Pick<Evidence, 'code' | 'msg'> {
  const { code, msg } = envelope;
  return { code, ...(msg === undefined ? {} : { msg: shorten(redact(msg), MSG_LIMIT) }) };
}

function bodyEvidence(text: string | undefined, redact: Redactor): Pick<Evidence, 'body'> {
  return text === undefined || text === '' ? {} : { body: shorten(redact(text), BODY_LIMIT) };
}

/** The start of a body that operators should see although it is an envelope. */
export function withBody(evidence: Evidence, text: string, redact: Redactor): Evidence {
  return { ...evidence, ...bodyEvidence(text, redact) };
}

/** What Kie sent instead of a result, at length. */
export function withSaid(evidence: Evidence, text: string, redact: Redactor): Evidence {
  return { ...evidence, body: shorten(redact(text), SAID_LIMIT) };
}
