import { invalidOption, KieqError, withDetails, type Money } from './error.ts';
import { failureOf, parsed } from './shapes.ts';
import { backoffMs, isAborted, linked, reasonOf, type Tools } from './tools.ts';

/** Where the gateway is, and how patient the client is with it. */
export interface Gateway {
  /** Without a slash at the end. */
  readonly url: string;
  readonly apiKey: string | undefined;
  /** Longest time for one try of a JSON call, in ms. */
  readonly timeoutMs: number;
  /** Tries after the first one. */
  readonly maxRetries: number;
}

/** A call of the gateway that may be repeated: it reads, cancels, or creates with an idempotency key. */
export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the address of the gateway. */
  readonly path: string;
  /** Made for each try. */
  readonly body?: () => string | FormData;
  readonly signal?: AbortSignal | undefined;
  /** Longest time for one try, in ms. Default the gateway's. */
  readonly timeoutMs?: number;
  /** Whether it creates generations; else it only reads or cancels. */
  readonly creates?: boolean;
  /** Told after each try that may have created something, although it failed. */
  readonly onUnknown?: () => void;
}

/** Longer pauses are left to the caller, as `retryAfterMs` of the error. */
const LONGEST_PAUSE_MS = 60_000;
const FIRST_PAUSE_MS = 500;
const BACKOFF_LIMIT_MS = 8_000;
/** What is repeated by itself: the call may succeed later, and with its key it pays nothing more. */
const REPEATED_STATUSES: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Calls a gateway, repeating what may be repeated. */
export class Http {
  readonly gateway: Gateway;
  readonly tools: Tools;

  constructor(gateway: Gateway, tools: Tools) {
    this.gateway = gateway;
    this.tools = tools;
  }

  /**
   * The JSON of a response that is no error.
   * @throws KieqError; its `money` is `unknown` where any of the tries may have created something
   */
  async json(call: HttpCall): Promise<unknown> {
    let money: Money = call.creates === true ? 'nothing_created' : 'unaffected';
    for (let tries = 0; ; tries += 1) {
      let failure: KieqError;
      try {
        return await this.#once(call);
      } catch (error) {
        if (!(error instanceof KieqError)) throw error;
        if (error.money === 'unknown') {
          money = 'unknown';
          call.onUnknown?.();
        }
        failure = withDetails(error, { money });
      }
      const pauseMs = tries < this.gateway.maxRetries ? this.#pauseMs(failure, tries) : undefined;
      if (pauseMs === undefined) throw failure;
      await this.pause(pauseMs, call.signal, money);
    }
  }

  /** @throws KieqError `aborted` with this `money` */
  async pause(ms: number, signal: AbortSignal | undefined, money: Money): Promise<void> {
    try {
      await this.tools.sleep(ms, signal);
    } catch (error) {
      throw aborted(error, money);
    }
  }

  /** The response as it comes, errors included; the caller limits its time. */
  fetch(method: HttpCall['method'], path: string, init: FetchInit): Promise<Response> {
    const { url, apiKey } = this.gateway;
    const headers = { ...init.headers, ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }) };
    // Redirects are answered as errors: following one would turn a POST into a GET.
    const fetch = this.tools.fetch;
    return fetch(`${url}${path}`, { ...init, method, headers, redirect: 'manual' });
  }

  async #once(call: HttpCall): Promise<unknown> {
    const { signal } = call;
    const isCreate = call.creates === true;
    if (isAborted(signal)) throw aborted(reasonOf(signal), isCreate ? 'nothing_created' : 'unaffected');
    const timeoutMs = call.timeoutMs ?? this.gateway.timeoutMs;
    const { controller, free } = linked(signal);
    const late = new Error(`no complete response within ${timeoutMs} ms`);
    const timer = setTimeout(() => controller.abort(late), timeoutMs);
    const body = call.body?.();
    try {
      const response = await this.fetch(call.method, call.path, {
        signal: controller.signal,
        headers: { accept: 'application/json', ...(typeof body === 'string' ? JSON_TYPE : {}) },
        ...(body === undefined ? {} : { body }),
      });
      return bodyOf(response, await response.text(), isCreate);
    } catch (error) {
      if (error instanceof KieqError) throw error;
      const money = isCreate ? 'unknown' : 'unaffected';
      if (isAborted(signal)) throw aborted(reasonOf(signal), money);
      throw unreachable(this.gateway.url, controller.signal.aborted ? late : error, money);
    } finally {
      clearTimeout(timer);
      free();
    }
  }

  /** Undefined for what is not repeated. */
  #pauseMs({ code, status, retryAfterMs = 0 }: KieqError, tries: number): number | undefined {
    if (code !== 'unreachable' && !REPEATED_STATUSES.has(status ?? 0)) return undefined;
    if (retryAfterMs > LONGEST_PAUSE_MS) return undefined;
    return Math.max(retryAfterMs, backoffMs(tries, FIRST_PAUSE_MS, BACKOFF_LIMIT_MS, this.tools.random));
  }
}

const JSON_TYPE = { 'content-type': 'application/json' };

interface FetchInit {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | FormData;
  readonly signal: AbortSignal;
}

export function aborted(cause: unknown, money: Money): KieqError {
  return new KieqError('aborted', 'The signal of the caller was aborted.', { cause, money });
}

function unreachable(url: string, cause: unknown, money: Money): KieqError {
  return new KieqError('unreachable', `The gateway at ${url} did not respond: ${causeOf(cause)}.`, { cause, money });
}

/** Node's fetch says `fetch failed`, with the reason as its cause. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}

/** @throws KieqError for a response that is an error */
function bodyOf(response: Response, text: string, isCreate: boolean): unknown {
  const body = parsed(text);
  if (response.ok && body !== undefined) return body;
  const isFromGateway = failureOf(body) !== undefined;
  throw errorOf(response, body, isCreate ? moneyOf(response.status, isFromGateway) : 'unaffected');
}

/**
 * Below 500 the gateway has refused the request. Above, where a success cannot be read, and where a proxy gave up, it may
 * have taken it.
 */
function moneyOf(status: number, isFromGateway: boolean): Money {
  const isRefused = status >= 400 && status < 500 && (isFromGateway || status !== 408);
  return isRefused ? 'nothing_created' : 'unknown';
}

/** The error that a response tells. */
export function errorOf(response: Response, body: unknown, money: Money): KieqError {
  const { status } = response;
  const retryAfterMs = retryAfterOf(response.headers.get('retry-after'));
  const failure = failureOf(body);
  if (failure === undefined) {
    const message = `The response with status ${status} does not come from a kieq gateway.`;
    const retryable = REPEATED_STATUSES.has(status);
    return new KieqError('unexpected_response', message, { status, retryable, retryAfterMs, money });
  }
  const { code, message, problems, request } = failure;
  return new KieqError(code, message, { status, problems, request, retryAfterMs, money });
}

/** The gateway sends seconds; a date, which a proxy may send, counts as none. */
function retryAfterOf(value: string | null): number | undefined {
  return value !== null && /^\d{1,9}$/.test(value) ? Number(value) * 1000 : undefined;
}

/** @throws KieqError `invalid_options`; the message never contains the key */
export function checkGateway(url: string, apiKey: string | undefined): Pick<Gateway, 'url' | 'apiKey'> {
  const address = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined;
  if (address === undefined || !/^https?:$/.test(address.protocol))
    throw invalidOption('url', 'must be an http or https address', typeof url);
  if (address.username !== '' || address.password !== '' || address.search !== '' || address.hash !== '')
    throw invalidOption('url', 'must have no user, password, query or fragment', 'one with such a part');
  if (apiKey !== undefined && !/^[\x21-\x7e]+$/.test(apiKey))
    throw invalidOption('apiKey', 'must be printable ASCII without spaces', 'another text');
  return { url: `${address.origin}${address.pathname.replace(/\/+$/, '')}`, apiKey };
}
