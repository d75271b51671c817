import { backoffMs, type Evidence, type Timings } from '@kieq/domain';
import type { GenerationRecord, Ledger, DeliveryTriedArgs, DeliveryTriedReply, DeliveryRecord } from '@kieq/ledger';
import type { Outbound, OutboundAnswer } from '@kieq/outbound';
import type { Counter, Histogram, Tracer } from '@kieq/telemetry';
import { callbackBody, callerRecord } from './caller-record.ts';
import type { JobEnd } from '../loop/job-end.ts';
import { persist, type PersistDeps } from '../loop/persist.ts';
import { webhookHeaders } from './webhook-headers.ts';

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
  /** Of its results, as they are told now. */
  readonly links: readonly string[];
  /** The caller's `callBackUrl`. */
  readonly url: string;
  /** Epoch ms in Redis time, when it was read. */
  readonly nowMs: number;
}

/** A callback is due: whoever was held as `waiting` is not any more, whatever some clock says. */
const AFTER_EVERY_HOLD = Number.POSITIVE_INFINITY;

/**
 * One try to deliver the callback. It is sent at least once: a worker that dies between the receiver's answer and its
 * record sends it again, under the same `webhook-id`.
 */
export async function deliver(context: DeliverDeps, due: DueDelivery): Promise<JobEnd> {
  const { outbound, timings, deadline } = context;
  const { record, url, nowMs, links } = due;
  const startedMs = performance.now();
  const body = JSON.stringify(callbackBody(callerRecord(record, AFTER_EVERY_HOLD, links)));
  const headers = { 'content-type': 'application/json', ...signedHeaders(context, due, body) };
  const post = () => outbound.post({ url, body, headers, timeoutMs: timings.notifyTimeoutMs, signal: deadline });
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
  // Cut by the end of the grace period: that says nothing about the receiver.
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

/** Named after the end that it tells of, so that it stays the same over retries, lost jobs and redrives. */
function signedHeaders(
  { webhookSecret }: Pick<DeliverDeps, 'webhookSecret'>,
  { record, nowMs }: DueDelivery,
  body: string,
): Record<string, string> {
  return webhookHeaders({
    id: `msg_${record.id}_${record.since}`,
    taskId: record.id,
    timestampS: Math.floor(nowMs / 1000),
    body,
    secret: webhookSecret,
  });
}

/** Its payload has no address: nobody can be told, and a person should see that. */
export function giveUpWithoutAddress(context: DeliverDeps, id: string, delivery: DeliveryRecord): Promise<JobEnd> {
  return conclude(context, id, {
    ...tryOf(id, delivery, context.timings),
    delivered: false,
    evidence: { summary: 'the payload has no callback address any more' },
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
      return { summary: `the receiver answered ${answer.status}`, httpStatus: answer.status };
    case 'refused':
      return { summary: `the address may not be called: ${answer.reason}`.slice(0, 500) };
    case 'failed':
      return { summary: 'the receiver gave no answer', transport: answer.transport };
    default:
      return answer satisfies never;
  }
}

async function conclude(context: DeliverDeps, id: string, args: DeliveryTriedArgs): Promise<JobEnd> {
  const logger = context.logger.child({ generation: id, job: args.vehicle });
  const reply = await persist({ ...context, logger }, 'a delivery', 'nothing: the callback is sent again', () =>
    context.ledger.deliveryTried(args),
  );
  count(context, reply);
  const seen = { evidence: args.evidence, tries: args.tries + 1, next: reply.kind };
  switch (reply.kind) {
    case 'delivered':
      logger.info(seen, 'callback delivered');
      return { kind: 'complete', result: args.evidence.summary };
    case 'retry':
      logger.warn(seen, 'callback not delivered; it is tried again');
      return { kind: 'delay', delayMs: reply.delayMs };
    case 'given_up':
      logger.error(seen, 'callback given up: dead letter notify_failed');
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
