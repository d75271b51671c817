import type { GenerationRecord } from '@kieq/ledger';
import { callbackBody, callerRecord } from './caller-record.ts';
import { webhookHeaders } from './webhook-headers.ts';

/** What a receiver is told about one end of a generation. */
export interface Webhook {
  /** `webhook-id`: contains the end that is told, so that it stays the same over retries, lost jobs and redrives. */
  readonly id: string;
  /** The generation, as `data.taskId` of the body. */
  readonly taskId: string;
  /** JSON text; signatures cover these bytes. */
  readonly body: string;
}

/** It is told, so the generation is no longer held as `waiting`, even if clocks differ. */
const AFTER_EVERY_HOLD = Number.POSITIVE_INFINITY;

/**
 * The webhook about the end of a generation: the only code that makes its id and its body, so that deliveries and the
 * gateway's events agree.
 * @param record of a generation that has ended
 * @param links to its results (`createResultLinks`)
 */
export function webhookOf(record: GenerationRecord, links: readonly string[]): Webhook {
  return {
    id: `msg_${record.id}_${record.since}`,
    taskId: record.id,
    body: JSON.stringify(callbackBody(callerRecord(record, AFTER_EVERY_HOLD, links))),
  };
}

export interface Signing {
  /** Unix seconds of this try. */
  readonly timestampS: number;
  /** Without it nothing is signed. */
  readonly secret: string | undefined;
}

/** The request that tells a receiver: the same for a worker's delivery and for `kieq listen`. */
export function webhookRequest(
  { id, taskId, body }: Webhook,
  { timestampS, secret }: Signing,
): { readonly headers: Record<string, string>; readonly body: string } {
  const signed = webhookHeaders({ id, taskId, timestampS, body, secret });
  return { headers: { 'content-type': 'application/json', ...signed }, body };
}
