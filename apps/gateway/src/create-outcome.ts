import { ProducerError } from '@kieq/producer';
import { ApiError } from './api-error.ts';

/** As `gateway_creates_total` counts a create call. */
export type CreateOutcome = 'created' | 'exists' | 'invalid' | 'conflict' | 'unavailable';

/** What the metric says of a call that threw this. */
export function outcomeOf(error: unknown): CreateOutcome {
  const code = error instanceof ProducerError || error instanceof ApiError ? error.code : undefined;
  if (code === 'idempotency_conflict') return 'conflict';
  return code === 'unavailable' || code === 'redis_unavailable' || code === 'redis_refused' || code === undefined
    ? 'unavailable'
    : 'invalid';
}
