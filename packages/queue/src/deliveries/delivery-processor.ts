import type { Job } from 'bullmq';
import type { Ledger } from '@kieq/ledger';
import type { BlobStore } from '@kieq/storage';
import type { JobEnd } from '../loop/job-end.ts';
import { deliver, giveUpWithoutAddress, type DeliverDeps, type DueDelivery } from './deliver.ts';
import { OriginLanes } from './origin-lanes.ts';
import { frozenPayload, pollJobSchema } from '../jobs/payload.ts';
import { createResultLinks } from '../archive/result-links.ts';
import type { Taken } from '../loop/take-loop.ts';
import { readReported } from './reported-record.ts';
import { idOf } from '../jobs/vehicles.ts';

/** A delivery that is due within this time is made now: the clocks of workers differ a little. */
const SLACK_MS = 50;
/** One origin gets at most this share of a process's deliveries. */
const ORIGIN_SHARE = 1 / 4;
/** Of the first retry's pause: how long a delivery waits when its origin has no free slot. */
const PAUSE_SHARE = 1 / 5;

/** Deliveries that are due, with links to the results that they report. */
export interface DeliveryDeps extends DeliverDeps {
  readonly ledger: Ledger;
  /** Archived results; undefined in a worker without an archive. */
  readonly results: BlobStore | undefined;
}

/**
 * Takes jobs of `notify`: a webhook is delivered only by the current vehicle of a delivery that is pending and due.
 * @param concurrency deliveries at once in this process
 */
export function createDeliveryTaker(context: DeliveryDeps, concurrency: number): (job: Job) => Promise<Taken> {
  const lanes = new OriginLanes(Math.ceil(concurrency * ORIGIN_SHARE));
  const resultLinks = createResultLinks({ ledger: context.ledger, store: context.results });
  return async (job) => {
    const parsed = pollJobSchema.safeParse(job.data);
    if (!parsed.success) return { end: { kind: 'fail', reason: `not a notify job: ${parsed.error.message}` } };
    const { record, nowMs, links } = await readReported(context.ledger, resultLinks, parsed.data.generation);
    const delivery = record?.delivery;
    if (record === undefined || delivery === undefined) return nothing('the record has no delivery');
    if (delivery.vehicle !== idOf(job)) return nothing('another job carries the delivery');
    if (delivery.state === 'failed') return { end: await endGivenUp(job, record.id) };
    if (delivery.state === 'delivered') return nothing('it is delivered');
    // A state of a newer version: a worker of that version handles it.
    if (delivery.state !== 'pending') return { end: { kind: 'delay', delayMs: context.timings.vehicleCheckMs } };
    const earlyMs = delivery.dueAt - nowMs;
    if (earlyMs > SLACK_MS) return { end: { kind: 'delay', delayMs: earlyMs } };
    return taken(context, lanes, { record, delivery, nowMs, links });
  };
}

function nothing(why: string): { readonly end: JobEnd } {
  return { end: { kind: 'complete', result: `nothing to deliver: ${why}` } };
}

/** A job that was retried in a dashboard: its log says how to continue. */
async function endGivenUp(job: Job, id: string): Promise<JobEnd> {
  const redrive = `kieq dlq redrive ${id} --class notify_failed`;
  await job.log(`Retrying the job changes nothing. To deliver the webhook again: ${redrive}`);
  return { kind: 'fail', reason: `dead letter notify_failed (${redrive})` };
}

function taken(context: DeliverDeps, lanes: OriginLanes, due: Omit<DueDelivery, 'url'>): Taken {
  const { record, delivery } = due;
  const url = frozenPayload(record.payload)?.callBackUrl;
  if (url === undefined) return { work: () => giveUpWithoutAddress(context, record.id, delivery) };
  const slot = lanes.enter(originOf(url));
  if ('pauses' in slot) {
    return { end: { kind: 'delay', delayMs: slot.pauses * Math.ceil(context.timings.notifyBaseMs * PAUSE_SHARE) } };
  }
  return { work: () => deliver(context, { ...due, url }).finally(slot.leave) };
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}
