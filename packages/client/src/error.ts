import type { Generation, OrNewer, Problem } from './types.ts';

/** What an error of this client means for the money. */
export type Money =
  /** The call created nothing and costs nothing. */
  | 'nothing_created'
  /** A generation may exist. Repeating the call with the same idempotency key never pays twice. */
  | 'unknown'
  /** The generation exists; it goes on or has ended, and is paid or not, whatever the caller does now. */
  | 'exists'
  /** The call only reads: it neither creates nor pays. */
  | 'unaffected';

interface Rule {
  /** Whether the same call, with the same idempotency key, may succeed later. */
  readonly retryable: boolean;
  readonly advice: string;
}

const AGAIN = 'Repeat the call with the same idempotencyKey: it never pays twice.';
const WAIT_AGAIN = 'The generation goes on. Call wait(id) again; do not create it again with another idempotencyKey.';

/** Codes of the gateway that the routes of this client answer with. */
type GatewayCode =
  | 'unreadable_body'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'too_slow'
  | 'too_late'
  | 'body_too_large'
  | 'unsupported_media_type'
  | 'invalid_request'
  | 'idempotency_conflict'
  | 'rate_limited'
  | 'internal'
  | 'unavailable';

/** Codes that this client gives by itself. */
type OwnCode =
  | 'unreachable'
  | 'unexpected_response'
  | 'invalid_options'
  | 'aborted'
  | 'timeout'
  | 'generation_failed'
  | 'generation_cancelled'
  | 'generation_dead'
  | 'webhook_invalid';

export type KnownErrorCode = GatewayCode | OwnCode;
export type KieqErrorCode = OrNewer<KnownErrorCode>;

const GATEWAY_ERRORS: Readonly<Record<GatewayCode, Rule>> = {
  unreadable_body: { retryable: false, advice: 'The gateway cannot read the body: text must be valid Unicode.' },
  unauthorized: { retryable: false, advice: 'Set apiKey to a key of GATEWAY_API_KEYS.' },
  forbidden: { retryable: false, advice: 'Use the tenant of the key, or the key of an operator.' },
  not_found: { retryable: false, advice: 'Check the id, the url and the key: other tenants are not visible.' },
  method_not_allowed: { retryable: false, advice: 'Check that url is the address of a kieq gateway.' },
  too_slow: { retryable: true, advice: 'The body arrived too slowly. Repeat the call over a faster connection.' },
  too_late: {
    retryable: false,
    advice: 'Kie cannot recall a submitted task. Wait for its end; it may be paid.',
  },
  body_too_large: { retryable: false, advice: 'Send a smaller request or smaller images.' },
  unsupported_media_type: { retryable: false, advice: 'Check that url is the address of a kieq gateway.' },
  invalid_request: { retryable: false, advice: 'Correct the fields in problems.' },
  idempotency_conflict: {
    retryable: false,
    advice: 'The key made another request before. Use another idempotencyKey, or the same request.',
  },
  rate_limited: { retryable: true, advice: 'Repeat the call after retryAfterMs, or send fewer requests.' },
  internal: { retryable: true, advice: `Report the value of request to the operator. ${AGAIN}` },
  unavailable: { retryable: true, advice: `The gateway, or Redis behind it, is unavailable. ${AGAIN}` },
};

const OWN_ERRORS: Readonly<Record<OwnCode, Rule>> = {
  unreachable: { retryable: true, advice: `No complete response arrived. Check url and network. ${AGAIN}` },
  unexpected_response: {
    retryable: false,
    advice: 'Check that url is the final address of a kieq gateway: something else responded.',
  },
  invalid_options: { retryable: false, advice: 'Correct the option that the message names.' },
  aborted: { retryable: true, advice: 'The signal of the caller stopped the call. money says what may exist.' },
  timeout: { retryable: true, advice: WAIT_AGAIN },
  generation_failed: {
    retryable: false,
    advice: 'Read failCode and failMsg of generation, correct the request, and create it with another idempotencyKey.',
  },
  generation_cancelled: { retryable: false, advice: 'It was cancelled while it was queued, before anything was paid.' },
  generation_dead: {
    retryable: false,
    advice:
      'Read deadLetter of generation: a paid task may exist, and an operator can resume it. Do not create it again before.',
  },
  webhook_invalid: { retryable: false, advice: 'Respond with status 401 and do not use the body.' },
};

const RULES: Readonly<Record<string, Rule>> = { ...GATEWAY_ERRORS, ...OWN_ERRORS };
const FALLBACK: Rule = { retryable: false, advice: 'Read the message of the gateway.' };

export interface KieqErrorDetails {
  readonly money?: Money;
  readonly status?: number | undefined;
  readonly retryable?: boolean | undefined;
  readonly problems?: readonly Problem[] | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly request?: string | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly id?: string | undefined;
  readonly generation?: Generation | undefined;
  readonly cause?: unknown;
}

/** Every error that this package throws. The message never contains the API key or a webhook secret. */
export class KieqError extends Error {
  override readonly name = 'KieqError';
  /** As in docs/errors.md; a newer gateway may send codes that this version does not list. */
  readonly code: KieqErrorCode;
  /** HTTP status; absent where no response arrived. */
  readonly status: number | undefined;
  /** What to do. */
  readonly advice: string;
  /** Whether the same call, with the same idempotency key, may succeed later. */
  readonly retryable: boolean;
  /** What the error means for the money. */
  readonly money: Money;
  /** Every broken rule of the request; empty for other errors. */
  readonly problems: readonly Problem[];
  /** Pause that the gateway asks for, in ms. */
  readonly retryAfterMs: number | undefined;
  /** Of an error `internal`: what to look for in the gateway's log. */
  readonly request: string | undefined;
  /** Key of the create call, also where the client made it: repeat the call with it. */
  readonly idempotencyKey: string | undefined;
  /** The generation, where it is known to exist. */
  readonly id: string | undefined;
  /** The generation as it ended, for `generation_failed`, `generation_cancelled` and `generation_dead`. */
  readonly generation: Generation | undefined;

  constructor(code: KieqErrorCode, message: string, details: KieqErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    const rule = Object.hasOwn(RULES, code) ? (RULES[code] ?? FALLBACK) : FALLBACK;
    this.code = code;
    this.status = details.status;
    this.advice = rule.advice;
    this.retryable = details.retryable ?? rule.retryable;
    this.money = details.money ?? 'unaffected';
    this.problems = details.problems ?? [];
    this.retryAfterMs = details.retryAfterMs;
    this.request = details.request;
    this.idempotencyKey = details.idempotencyKey;
    this.id = details.id;
    this.generation = details.generation;
  }
}

/**
 * The same error with further details.
 * @internal
 */
export function withDetails(error: KieqError, more: KieqErrorDetails): KieqError {
  const { code, message, status, retryable, money, problems, retryAfterMs, request, idempotencyKey, id, generation } =
    error;
  const given = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined));
  return new KieqError(code, message, {
    status,
    retryable,
    money,
    problems,
    retryAfterMs,
    request,
    idempotencyKey,
    id,
    generation,
    cause: error.cause,
    ...given,
  });
}

/**
 * An argument that breaks a rule; nothing was sent.
 * @internal
 */
export function invalidOption(name: string, rule: string, received: string): KieqError {
  const problems = [{ field: name, rule, received }];
  return new KieqError('invalid_options', `${name} ${rule}, received ${received}`, {
    problems,
    money: 'nothing_created',
  });
}

/**
 * Every code of this package; docs/errors.md explains each.
 * @internal
 */
export const ERROR_CODES: readonly string[] = Object.keys(RULES);
