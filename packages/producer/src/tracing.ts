import type { CheckedRequest } from '@kieq/queue';
import { isTraceparent, type Tracer } from '@kieq/telemetry';

/** The request with the caller's `traceparent`, where there is a well-formed one. */
export function traced(request: CheckedRequest, traceparent: string | undefined): CheckedRequest {
  return traceparent === undefined || !isTraceparent(traceparent) ? request : { ...request, trace: traceparent };
}

/** Writes the span of an enqueue into the trace of each requested generation. */
export async function tracedPut<Replies>(
  tracer: Tracer,
  requests: readonly CheckedRequest[],
  put: () => Promise<Replies>,
): Promise<Replies> {
  const startedMs = Date.now();
  const replies = await put();
  for (const { id, model, tenant, trace } of requests) {
    const attributes = { 'kieq.model': model, 'kieq.tenant': tenant };
    tracer.of(id, trace).past('kieq.enqueue', { kind: 'producer', startedMs, attributes });
  }
  return replies;
}
