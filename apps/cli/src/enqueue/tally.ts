import type { ProducerErrorCode } from '@kieq/producer';
import type { existingFields } from './existing.ts';

/** What became of one request, in the order of the input. */
export type Outcome =
  | { readonly id: string; readonly created: true }
  /** With its state where that could be read. */
  | ({ readonly id: string; readonly created: false } & ReturnType<typeof existingFields>)
  | { readonly error: { readonly code: ProducerErrorCode; readonly message: string } };

/** How many of the requests went which way; together they are all of them. */
export interface Tally {
  readonly enqueued: number;
  readonly existed: number;
  /** Refused for their idempotency key, or not even sent. */
  readonly notEnqueued: number;
  /** They may be enqueued: Redis gave no answer. */
  readonly unknown: number;
  /** Of those that are not enqueued: their key was used for another request. */
  readonly refused: number;
}

/** A lost answer is not a refusal: read as one, the request would be repeated and paid twice. */
export function isUnknown(code: ProducerErrorCode): boolean {
  return code === 'redis_unavailable' || code === 'redis_refused';
}

/**
 * @param asked all requests
 * @param sent those that were sent behind the last outcome, without an answer
 */
export function tallyOf(asked: number, outcomes: readonly Outcome[], sent: number): Tally {
  const failures = outcomes.flatMap((outcome) => ('error' in outcome ? [outcome.error] : []));
  const existed = outcomes.filter((outcome) => 'id' in outcome && !outcome.created).length;
  const lost = failures.filter(({ code }) => isUnknown(code)).length;
  const unknown = lost + sent;
  return {
    enqueued: outcomes.length - failures.length - existed,
    existed,
    notEnqueued: asked - (outcomes.length - failures.length) - unknown,
    unknown,
    refused: failures.length - lost,
  };
}
