import { TIMINGS } from '@kieq/domain';
import type { OutboundAnswer } from '@kieq/outbound';
import { webhookRequest, type Webhook } from '@kieq/queue';
import type { Tools } from './tools.ts';

export interface ForwardOptions {
  /** Address of the receiver. */
  readonly target: string;
  readonly secret: string;
  readonly signal: AbortSignal;
  /** Called once, when the receiver could not be reached for the first time. */
  readonly onRetry: (transport: string) => void;
}

/** What came of it; `ms` is the time of the last try. */
export interface Forwarded {
  readonly answer: OutboundAnswer;
  readonly tries: number;
  readonly ms: number;
}

/** A receiver that is restarted is back within this time, in ms. */
export const RETRY_FOR_MS = 60_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;

/**
 * Posts a webhook as a worker does. Every status is the outcome. A receiver that cannot be reached is tried again for a
 * minute; one that takes longer than a delivery may is not, since it has the request, perhaps at a breakpoint.
 */
export async function forward(webhook: Webhook, options: ForwardOptions, tools: Tools): Promise<Forwarded> {
  const { target, secret, signal, onRetry } = options;
  const startedMs = tools.nowMs();
  for (let tries = 1; ; tries += 1) {
    const triedMs = tools.nowMs();
    const request = webhookRequest(webhook, { timestampS: Math.floor(triedMs / 1000), secret });
    const timeoutMs = TIMINGS.notifyTimeoutMs;
    const answer = await tools.outbound.post({ url: target, ...request, timeoutMs, signal });
    const forwarded = { answer, tries, ms: tools.nowMs() - triedMs };
    if (answer.kind !== 'failed' || answer.transport === 'ETIMEDOUT' || signal.aborted) return forwarded;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1));
    if (tools.nowMs() - startedMs + pauseMs > RETRY_FOR_MS) return forwarded;
    if (tries === 1) onRetry(answer.transport);
    await tools.sleep(pauseMs, signal);
    if (signal.aborted) return forwarded;
  }
}
