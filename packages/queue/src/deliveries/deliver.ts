import { backoffMs, type Evidence, type Timings } from '@kieq/domain';
import type { GenerationRecord, Ledger, DeliveryTriedArgs, DeliveryTriedReply, DeliveryRecord } from '@kieq/ledger';
import type { Outbound, OutboundAnswer } from '@kieq/outbound';
import type { Counter, Histogram, Tracer } from '@kieq/telemetry';
import type { JobEnd } from '../loop/job-end.ts';
import { persist, type PersistDeps } from '../loop/persist.ts';
import { webhookOf, webhookRequest } from './webhook-request.ts';

/** One try to deliver a webhook, and recording what came of it. */
export interface DeliverDeps extends PersistDeps {
  readonly ledger: Pick<Ledger, 'deliveryTried'>;
  /** Calls the addresses that callers gave. */
  readonly outbound: Outbound;
  /** Signs deliveries; without it they are sent unsigned. */
  readonly webhookSecret?: string;
  readonly tracer: Tracer;
  readonly metrics: { readonly deliveries: Counter<'outcome'>; readonly deliverySeconds: Histogram<never> };
  readonly timings: Timings;
  /** In [0, 1). */
  readonly random: () => number;
  /** Aborted when the grace period is almost over: open calls must end now. */
  readonly deadline: AbortSignal;
}

export interface DueDelivery {
  readonly record: GenerationRecord;
  readonly delivery: DeliveryRecord;
  /** Of its results, as they are reported now. */
  readonly links: readonly string[];
  /** The caller's `callBackUrl`. */
  readonly url: string;
  /** Epoch ms in Redis time, when it was read. */
  readonly nowMs: number;
}

/**
 * One attempt to deliver the webhook. It is sent at least once: if the worker is killed between the receiver's response
 * and its record, it is sent again with the same `webhook-id`.
 */
export async function deliver(context: DeliverDeps, due: DueDelivery): Promise<JobEnd> {
  const { outbound, timings, deadline } = context;
  const { record, url, nowMs, links } = due;
  const startedMs = performance.now();
  const signing = { timestampS: Math.floor(nowMs / 1000), secret: context.webhookSecret };
  const request = webhookRequest(webhookOf(record, links), signing);
  const post = () => outbound.post({ url, ...request, timeoutMs: timings.notifyTimeoutMs, signal: deadline });
  const answer = await context.tracer
    .of(record.id, record.trace)
    .span('kieq.notify', { kind: 'client' }, async (span) => {
      const answered = await post();
      const status = answered.kind === 'answered' ? answered.status : undefined;
      span.set({
        'kieq.outcome': answered.kind,
        'http.response.status_code': status,
        'kieq.try': due.delivery.tries + 1,
      });
      return answered;
    });
  // Aborted by the end of the grace period: that says nothing about the receiver.
  if (answer.kind === 'failed' && deadline.aborted) return { kind: 'give_back' };
  const delivered = answer.kind === 'answered' && answer.status >= 200 && answer.status < 300;
  if (delivered) {
    const lateMs = Math.max(0, nowMs - due.delivery.since) + performance.now() - startedMs;
    context.metrics.deliverySeconds.observe(lateMs / 1000);
  }
  const retryAfterMs = answer.kind === 'answered' ? answer.retryAfterMs : undefined;
  return conclude(context, record.id, {
    ...tryOf(record.id, due.delivery, timings),
    delivered,
    evidence: evidenceOf(answer),
    retryDelayMs: retryDelayMs(context, due.delivery.tries, retryAfterMs),
  });
}

/** Its payload has no address, so nothing can be delivered; the dead letter shows that. */
export function giveUpWithoutAddress(context: DeliverDeps, id: string, delivery: DeliveryRecord): Promise<JobEnd> {
  return conclude(context, id, {
    ...tryOf(id, delivery, context.timings),
    delivered: false,
    evidence: { summary: 'the payload has no callback address' },
    retryDelayMs: 1,
    giveUpMs: 0,
  });
}

function tryOf(id: string, { vehicle, tries }: DeliveryRecord, timings: Timings) {
  return { id, vehicle, tries, giveUpMs: timings.notifyGiveUpMs };
}

/** Never sooner than the receiver asks for, as far as the cap allows. */
function retryDelayMs(
  { timings, random }: Pick<DeliverDeps, 'timings' | 'random'>,
  tries: number,
  retryAfterMs = 0,
): number {
  const { notifyBaseMs: baseMs, notifyCapMs: capMs } = timings;
  return Math.max(backoffMs({ baseMs, capMs }, tries + 1, random), Math.min(retryAfterMs, capMs));
}

function evidenceOf(answer: OutboundAnswer): Evidence {
  switch (answer.kind) {
    case 'answered':
      return { summary: `the receiver responded with ${answer.status}`, httpStatus: answer.status };
    case 'refused':
      return { summary: `the address is not allowed: ${answer.reason}`.slice(0, 500) };
    case 'failed':
      return { summary: 'the receiver did not respond', transport: answer.transport };
    default:
      return answer satisfies never;
  }
}

async function conclude(context: DeliverDeps, id: string, args: DeliveryTriedArgs): Promise<JobEnd> {
  const logger = context.logger.child({ generation: id, job: args.vehicle });
  const reply = await persist({ ...context, logger }, 'a delivery', 'nothing: the webhook is delivered again', () =>
    context.ledger.deliveryTried(args),
  );
  count(context, reply);
  const seen = { evidence: args.evidence, tries: args.tries + 1, next: reply.kind };
  switch (reply.kind) {
    case 'delivered':
      logger.info(seen, 'webhook delivered');
      return { kind: 'complete', result: args.evidence.summary };
    case 'retry':
      logger.warn(seen, 'delivery failed; will try again');
      return { kind: 'delay', delayMs: reply.delayMs };
    case 'given_up':
      logger.error(seen, 'delivery given up; dead letter notify_failed is open');
      return { kind: 'fail', reason: `dead letter notify_failed: ${args.evidence.summary} (kieq show ${id})` };
    case 'stale':
    case 'missing':
      return { kind: 'complete', result: 'the generation has moved on' };
    default:
      return reply satisfies never;
  }
}

function count({ metrics }: Pick<DeliverDeps, 'metrics'>, { kind }: DeliveryTriedReply): void {
  if (kind === 'delivered' || kind === 'retry' || kind === 'given_up') metrics.deliveries.inc({ outcome: kind });
}
