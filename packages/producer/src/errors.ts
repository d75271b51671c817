import type { Problem } from '@kieq/kie';

/** Every error that the producer throws has one of these codes; docs/errors.md explains each. */
export const PRODUCER_ERROR_CODES = [
  'invalid_options',
  'invalid_request',
  'idempotency_conflict',
  'redis_unavailable',
  'redis_refused',
  'not_found',
  'timeout',
] as const;
export type ProducerErrorCode = (typeof PRODUCER_ERROR_CODES)[number];

/** Every error that a producer throws by design; `code` is for programs, the message for logs and operators. */
export class ProducerError extends Error {
  override readonly name = 'ProducerError';
  readonly code: ProducerErrorCode;
  /** For `invalid_request`: every field with its rule and the value received. */
  readonly problems: readonly Problem[];

  constructor(
    code: ProducerErrorCode,
    message: string,
    options: { readonly problems?: readonly Problem[]; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.problems = options.problems ?? [];
  }
}

/** Thrown when a request or its options break a rule; nothing was enqueued. */
export function invalidRequest(problems: readonly Problem[]): ProducerError {
  const text = problems.map(({ field, rule, received }) => `${field} ${rule}, received ${received}`).join('; ');
  return new ProducerError('invalid_request', text, { problems });
}
