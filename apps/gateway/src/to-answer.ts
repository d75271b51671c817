import { ProducerError, type ProducerErrorCode } from '@kieq/producer';
import { isUnavailable } from '@kieq/redis';
import { StorageError } from '@kieq/storage';
import { API_ERRORS, ApiError, type ApiErrorCode } from './api-error.ts';
import type { ErrorAnswer } from './envelope.ts';
import { maskProblems } from './mask.ts';

/** Redis reconnects within about a second. */
const RETRY_AFTER_S = 2;
/** Replies with which Redis refuses a command without a failure. */
const REFUSED_REPLY = /^(OOM|READONLY|MISCONF|NOREPLICAS|NOPERM|NOAUTH|WRONGPASS)\b/;
/** Most problems in a response; further ones are only counted. */
const MOST_PROBLEMS = 20;

const PRODUCER_CODES: Readonly<Record<ProducerErrorCode, ApiErrorCode>> = {
  invalid_options: 'internal',
  invalid_request: 'invalid_request',
  idempotency_conflict: 'idempotency_conflict',
  redis_unavailable: 'unavailable',
  redis_refused: 'unavailable',
  not_found: 'not_found',
  timeout: 'unavailable',
};

/** Errors of HTTP itself, by Fastify's codes. */
const FASTIFY_CODES: Readonly<Record<string, readonly [ApiErrorCode, string]>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: ['unreadable_body', 'The body is not JSON.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['unreadable_body', 'The body is empty; it must be JSON.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['unreadable_body', 'The length of the body differs from Content-Length.'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['body_too_large', 'The body is too large.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported_media_type', 'This route does not accept the Content-Type.'],
  FST_ERR_BAD_URL: ['unreadable_body', 'The address is not a valid URL path.'],
  FST_ERR_MAX_PARAM_LENGTH: ['not_found', 'This address does not exist.'],
  // Paths below /docs/static that cannot be file names.
  FST_STATIC_FORBIDDEN_PATH: ['not_found', 'This address does not exist.'],
};

/** Codes for client errors of Fastify plugins, by the status that they set. */
const STATUS_CODES: Readonly<Record<number, ApiErrorCode>> = {
  400: 'unreadable_body',
  413: 'body_too_large',
  415: 'unsupported_media_type',
};

/**
 * Turns an error into a response. An error that is not known to come from the caller, Redis or a store is `internal`,
 * and its message is not sent.
 * @param scrub masks secrets; should also mask the caller's own key
 */
export function toAnswer(error: unknown, requestId: string, scrub: (text: string) => string): ErrorAnswer {
  if (error instanceof ApiError || error instanceof ProducerError) return known(error, requestId, scrub);
  const [code, message] = attempt(error);
  return answer(code, message, requestId);
}

function known(error: ApiError | ProducerError, requestId: string, scrub: (text: string) => string): ErrorAnswer {
  const code = error instanceof ApiError ? error.code : PRODUCER_CODES[error.code];
  if (code === 'internal') return answer(code, INTERNAL, requestId);
  if (code === 'unavailable' && error instanceof ProducerError) return answer(code, UNAVAILABLE, requestId);
  const problems = maskProblems(error.problems.slice(0, MOST_PROBLEMS), scrub);
  const message = problems.length === 0 ? scrub(error.message) : textOf(problems, error.problems.length);
  const retryAfterS = error instanceof ApiError ? error.retryAfterS : undefined;
  return { ...answer(code, message, requestId), problems, ...(retryAfterS === undefined ? {} : { retryAfterS }) };
}

function textOf(problems: ErrorAnswer['problems'], all: number): string {
  const texts = problems.map(({ field, rule, received }) => `${field} ${rule}, received ${received}`.trimStart());
  return [...texts, ...(all > problems.length ? [`and ${all - problems.length} more`] : [])].join('; ');
}

const INTERNAL =
  'The gateway failed with an unexpected error; its log has the cause. A create call may have taken effect: repeat it ' +
  'only with its idempotency key, or look for the generation first.';
/** Must not read as "not created": a caller would repeat a create call without a key and pay twice. */
export const UNAVAILABLE =
  'The queue is unavailable; whether the call took effect is not known. Repeat a create call with the same idempotency ' +
  'key; if it had none, look for the generation first: a repetition may be paid twice.';

function attempt(error: unknown): readonly [ApiErrorCode, string] {
  if (!(error instanceof Error)) return ['internal', INTERNAL];
  if (isUnavailable(error) || REFUSED_REPLY.test(error.message)) return ['unavailable', UNAVAILABLE];
  if (error instanceof StorageError)
    return ['unavailable', 'The upload store does not work. No generation was created; try again.'];
  const fastify = 'code' in error && typeof error.code === 'string' ? FASTIFY_CODES[error.code] : undefined;
  if (fastify !== undefined) return fastify;
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
  const code = STATUS_CODES[status];
  return code === undefined ? ['internal', INTERNAL] : [code, 'The request cannot be read.'];
}

function answer(code: ApiErrorCode, message: string, requestId: string): ErrorAnswer {
  return {
    status: API_ERRORS[code],
    code,
    message,
    problems: [],
    retryAfterS: code === 'unavailable' ? RETRY_AFTER_S : undefined,
    request: code === 'internal' ? requestId : undefined,
  };
}
