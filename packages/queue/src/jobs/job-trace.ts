import { isTraceparent } from '@kieq/telemetry';
import type { Job } from 'bullmq';
import { z } from 'zod';
import { jsonOf } from './json-text.ts';

const carrier = z.looseObject({ traceparent: z.string().refine(isTraceparent) });

/**
 * The `traceparent` that a job brings in BullMQ's field for it, as written by bullmq-otel of another service or by our
 * producer; undefined without a well-formed one.
 */
export function traceOf(job: Pick<Job, 'opts'>): string | undefined {
  const metadata = job.opts.telemetry?.metadata;
  if (metadata === undefined) return undefined;
  const parsed = carrier.safeParse(jsonOf(metadata));
  return parsed.success ? parsed.data.traceparent : undefined;
}

/** The options that bring it. */
export function traceOptions(traceparent: string | undefined): { telemetry?: { metadata: string } } {
  return traceparent === undefined ? {} : { telemetry: { metadata: JSON.stringify({ traceparent }) } };
}
