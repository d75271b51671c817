import type { DeadLetterClass } from './dead-letter-table.ts';
import type { GateReason } from './gates.ts';
import type { SubmitClass } from './outcomes.ts';

/** What the outcome of a submission means for the generation and for the fleet. */
export type SubmitRule =
  | { readonly do: 'accept' }
  /** Back to `queued`. `gate`: the fleet stops. It counts as no attempt of the generation. */
  | { readonly do: 'refuse'; readonly gate: Exclude<GateReason, 'paused' | 'unreachable' | 'refusing'> }
  /** Back to `queued` with backoff; after `retries` such outcomes, dead with `then`. */
  | { readonly do: 'retry'; readonly count: RetryCount; readonly retries: number; readonly then: DeadLetterClass }
  /** Back to `queued` with backoff, until the deadline ends it; several in a row close the gate *unreachable*. */
  | { readonly do: 'not_sent' }
  /** Never submitted again. */
  | { readonly do: 'die'; readonly class: DeadLetterClass }
  | { readonly do: 'lose' };

/** Each kind of retry has its own count, so that one does not use up another's. */
export type RetryCount = 'serverErrors' | 'validationRetries';

/**
 * The error policy of createTask as one table (docs/failure-modes/kie.md#answers-to-createtask). What Kie means by each
 * response: docs/kie/facts.md#envelope-and-errors. A 500 in validation wording gets one delayed retry because an
 * identical payload was once seen to succeed. A refusal of parameters that names nothing of the request, and is equal
 * for several requests in a row, closes the gate *refusing* and counts as no retry (docs/decisions/0022).
 */
export const SUBMIT_POLICY: Readonly<Record<SubmitClass, SubmitRule>> = {
  accepted: { do: 'accept' },
  rate_limited: { do: 'refuse', gate: 'rate-limit' },
  insufficient_credits: { do: 'refuse', gate: 'credits' },
  key_cap: { do: 'refuse', gate: 'key-cap' },
  maintenance: { do: 'refuse', gate: 'maintenance' },
  unauthorized: { do: 'refuse', gate: 'bad-key' },
  invalid_request: { do: 'retry', count: 'validationRetries', retries: 1, then: 'invalid_request' },
  validation_as_500: { do: 'retry', count: 'validationRetries', retries: 1, then: 'invalid_request' },
  model_unavailable: { do: 'die', class: 'model_unavailable' },
  server_error: { do: 'retry', count: 'serverErrors', retries: 5, then: 'refused_repeatedly' },
  not_sent: { do: 'not_sent' },
  unknown: { do: 'lose' },
};
