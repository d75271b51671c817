import type { Problem } from '@kieq/kie';

/** Every error code of the gateway with its HTTP status; docs/errors.md explains each. */
export const API_ERRORS = {
  unreadable_body: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  too_slow: 408,
  too_late: 409,
  not_redrivable: 409,
  not_adopted: 409,
  gone: 410,
  precondition_failed: 412,
  body_too_large: 413,
  quota_exceeded: 413,
  unsupported_media_type: 415,
  range_not_satisfiable: 416,
  invalid_request: 422,
  idempotency_conflict: 422,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
} as const;
export type ApiErrorCode = keyof typeof API_ERRORS;

/**
 * An error response. The Kie-compatible routes send `{ code: <status>, msg, data: null }`, the native ones
 * `{ error: { code, message, problems } }`.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;
  /** The broken rules: field, rule and the value received. */
  readonly problems: readonly Problem[];
  /** Seconds for `Retry-After`. */
  readonly retryAfterS: number | undefined;

  constructor(
    code: ApiErrorCode,
    message: string,
    options: { readonly problems?: readonly Problem[]; readonly retryAfterS?: number; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.problems = options.problems ?? [];
    this.retryAfterS = options.retryAfterS;
  }

  get status(): number {
    return API_ERRORS[this.code];
  }
}

/** `invalid_request` with these problems; the message lists them. */
export function invalid(problems: readonly Problem[]): ApiError {
  const text = problems.map(({ field, rule, received }) => `${field} ${rule}, received ${received}`).join('; ');
  return new ApiError('invalid_request', text, { problems });
}
