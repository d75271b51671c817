import pRetry from 'p-retry';

import { envelopeOf } from './envelope.ts';
import type { Exchange } from './exchange.ts';
import { TRANSPORT } from './exchange.ts';
import type { ResolvedOptions } from './options.ts';

/** Failures that an immediate retry cannot repair. A timeout has used its time already: the caller backs off. */
const FINAL_FAILURES: ReadonlySet<string> = new Set([
  TRANSPORT.aborted,
  TRANSPORT.closed,
  TRANSPORT.timeout,
  TRANSPORT.connectTimeout,
  TRANSPORT.bodyTooLarge,
  TRANSPORT.invalid,
]);

/** True for a broken connection, and for an HTTP 5xx without an envelope of Kie. */
function isPassing(exchange: Exchange): boolean {
  if (exchange.kind === 'failure') return !FINAL_FAILURES.has(exchange.transport);
  return exchange.status >= 500 && envelopeOf(exchange) === undefined;
}

/** Carries an exchange through p-retry, which only retries exceptions. */
class TransientError extends Error {
  readonly exchange: Exchange;

  constructor(exchange: Exchange) {
    super('transient error');
    this.exchange = exchange;
  }
}

/**
 * Repeats a free call after transient errors; never used for createTask. The last exchange is the result.
 * @param attempt one HTTP request, including what must be awaited before it.
 * @throws only what `attempt` itself throws, such as a refused permit.
 */
export async function exchangeWithRetries(
  attempt: () => Promise<Exchange>,
  retry: ResolvedOptions['retry'],
  signal?: AbortSignal,
): Promise<Exchange> {
  if (signal?.aborted) return ABORTED;
  try {
    const first = await attempt();
    if (signal?.aborted) return ABORTED;
    return isPassing(first) ? await again(first, attempt, retry, signal) : first;
  } catch (error) {
    if (error instanceof TransientError) return error.exchange;
    if (signal?.aborted) return ABORTED;
    throw error;
  }
}

const ABORTED: Exchange = { kind: 'failure', sent: false, transport: TRANSPORT.aborted, latencyMs: 0 };

/** Nearly no call comes here: p-retry is asked only where the first exchange was trouble, which is its first attempt. */
function again(
  first: Exchange,
  attempt: () => Promise<Exchange>,
  retry: ResolvedOptions['retry'],
  signal: AbortSignal | undefined,
): Promise<Exchange> {
  let made: Exchange | undefined = first;
  const once = async (): Promise<Exchange> => {
    const exchange = made ?? (await attempt());
    made = undefined;
    if (isPassing(exchange)) throw new TransientError(exchange);
    return exchange;
  };
  return pRetry(once, {
    retries: retry.retries,
    minTimeout: retry.minMs,
    maxTimeout: retry.maxMs,
    randomize: true,
    shouldRetry: ({ error }) => error instanceof TransientError,
    ...(signal === undefined ? {} : { signal }),
  });
}
