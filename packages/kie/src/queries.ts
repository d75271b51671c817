import type { PollAnswer } from '@kieq/domain';
import { z } from 'zod';

import { classifyCall, unreadable } from './classify-call.ts';
import { classifyPoll } from './classify-poll.ts';
import type { KieContext } from './context.ts';
import { KieError } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { TRANSPORT } from './exchange.ts';
import { endpoint } from './options.ts';
import { exchangeWithRetries } from './retry.ts';

export interface QueryOptions {
  /** Ends the call early; recordInfo then returns `trouble` with transport `ABORTED`. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Awaited before every HTTP request of the call, retries included: the account's query budget counts requests.
   * If it rejects, so does the call, unless `signal` is aborted.
   */
  readonly permit?: (() => Promise<void>) | undefined;
}

const creditsSchema = z.number().or(
  z
    .string()
    .trim()
    .regex(/^-?\d+(\.\d+)?$/)
    .transform(Number)
    // Hundreds of digits are Infinity, which would cover every request.
    .pipe(z.number()),
);

/** GET /api/v1/jobs/recordInfo (docs/kie/api.md#query-a-task). */
export async function recordInfo(context: KieContext, taskId: string, options: QueryOptions): Promise<PollAnswer> {
  const url = endpoint(context.options.baseUrl, '/api/v1/jobs/recordInfo', { taskId });
  const exchange = await query(context, url, options);
  return classifyPoll(exchange, { taskId, redact: context.redact, nowMs: Date.now() });
}

/** GET /api/v1/chat/credit (docs/kie/facts.md#other-endpoints). */
export async function credits(context: KieContext, options: QueryOptions): Promise<number> {
  const exchange = await query(context, endpoint(context.options.baseUrl, '/api/v1/chat/credit'), options);
  const envelope = classifyCall(exchange, 'credits', context.redact, Date.now());
  if (envelope instanceof KieError) throw envelope;
  const balance = creditsSchema.safeParse(envelope.data);
  if (!balance.success) throw unreadable(exchange, 'credits', context.redact);
  return balance.data;
}

/** Sends a query, and repeats it where that is safe. */
export function query(context: KieContext, url: URL, options: QueryOptions): Promise<Exchange> {
  const { signal, permit } = options;
  const attempt = async (): Promise<Exchange> => {
    await permit?.();
    if (signal?.aborted) return { kind: 'failure', sent: false, transport: TRANSPORT.aborted, latencyMs: 0 };
    return context.transport.exchange({ url, timeoutMs: context.options.queryTimeoutMs, signal });
  };
  return exchangeWithRetries(attempt, context.options.retry, signal);
}
