import type { SubmitAnswer } from '@kieq/domain';

import { classifySubmit } from './classify-submit.ts';
import type { KieContext } from './context.ts';
import type { KieCreateRequest } from './create-request.ts';
import type { Exchange } from './exchange.ts';
import { TRANSPORT } from './exchange.ts';
import { endpoint } from './options.ts';
import { endpointFaultOf } from './endpoint-fault.ts';

export interface CreateTaskOptions {
  /** True while sending is still allowed. Called once, on the connected socket, right before the first byte. */
  readonly sendDeadline: () => boolean;
  /** Before the first byte it makes the outcome `not_sent`, afterwards `unknown`. */
  readonly signal?: AbortSignal | undefined;
  /** From the first byte until the end of the response, in ms. Connecting has its own timeout. */
  readonly timeoutMs: number;
  /** Called right before the first byte is released; must be quick. If it throws, nothing is sent. */
  readonly onSending?: (() => void) | undefined;
}

/**
 * POST /api/v1/jobs/createTask (docs/kie/api.md#create-a-task).
 *
 * THIS IS THE BILLABLE CALL. One call sends at most one request, on a connection of its own: no retry, no redirect, no
 * second connection, and none that another request has used.
 */
export async function createTask(
  context: KieContext,
  request: KieCreateRequest,
  options: CreateTaskOptions,
): Promise<SubmitAnswer> {
  const url = endpoint(context.options.baseUrl, '/api/v1/jobs/createTask');
  const body = serialise(request);
  const exchange = body === undefined ? UNSERIALISABLE : await send(context, url, body, options);
  const answer = classifySubmit(exchange, context.redact, Date.now());
  const endpointFault = endpointFaultOf(answer, request);
  return endpointFault === undefined ? answer : { ...answer, endpointFault };
}

const UNSERIALISABLE: Exchange = { kind: 'failure', sent: false, transport: TRANSPORT.unserialisable, latencyMs: 0 };

function send(context: KieContext, url: URL, body: Uint8Array, options: CreateTaskOptions): Promise<Exchange> {
  return context.transport.exchangeAlone({
    url,
    headers: { 'content-type': 'application/json' },
    body,
    gate: () => {
      if (!options.sendDeadline()) return TRANSPORT.sendDeadline;
      options.onSending?.();
      return undefined;
    },
    timeoutMs: options.timeoutMs,
    signal: options.signal,
  });
}

function serialise({ model, input, callBackUrl }: KieCreateRequest): Uint8Array | undefined {
  try {
    return Buffer.from(JSON.stringify({ model, callBackUrl, input }));
  } catch {
    return undefined;
  }
}
