import { ProducerError } from '@kieq/producer';
import { ApiError } from './api-error.ts';

/** Outcomes of create calls in `gateway_creates_total`. */
export type CreateOutcome = 'created' | 'exists' | 'invalid' | 'conflict' | 'unavailable';

/** Outcome of a create call that threw this error. */
export function outcomeOf(error: unknown): CreateOutcome {
  const code = error instanceof ProducerError || error instanceof ApiError ? error.code : undefined;
  if (code === 'idempotency_conflict') return 'conflict';
  return code === 'unavailable' || code === 'redis_unavailable' || code === 'redis_refused' || code === undefined
    ? 'unavailable'
    : 'invalid';
}
