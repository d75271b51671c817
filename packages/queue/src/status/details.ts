import { redriveRule, type GenerationState, type OrNewer, type ResumePoint } from '@kieq/domain';
import type { Attempt, GenerationRecord, DeliveryRecord } from '@kieq/ledger';
import type { OpenDeadLetter } from '../dead-letters/open-dead-letters.ts';
import { jsonOf } from '../jobs/json-text.ts';
import { waysOut, type WayOut } from '../dead-letters/way-out.ts';

/** An open dead letter with what an operator can do about it. */
export interface DeadLetterDetails extends OpenDeadLetter {
  readonly advice: string;
  /** Where a redrive continues, without and with paying again; null where that is not possible. */
  readonly resumesAt: ResumePoint | null;
  readonly payAgainResumesAt: ResumePoint | null;
  /** A paid task may exist in the account without being known here: an operator can find and adopt it. */
  readonly mayBeAdopted: boolean;
  readonly goOn: readonly WayOut[];
}

/** Everything about one generation that may be shown; hashes of tokens stay in the ledger. */
export interface GenerationDetails extends Omit<
  GenerationRecord,
  'attempts' | 'deadLetter' | 'delivery' | 'payload' | 'hash'
> {
  readonly attempts: readonly Omit<Attempt, 'tokenHash'>[];
  /** The request: parsed where it is JSON; null after a purge. */
  readonly payload: unknown;
  readonly deadLetter: DeadLetterDetails | null;
  /** The delivery of its last end; null where there is none. */
  readonly delivery: DeliveryDetails | null;
}

export interface DeliveryDetails extends Omit<DeliveryRecord, 'deadLetter'> {
  readonly deadLetter: DeadLetterDetails | null;
}

export function detailsOf(record: GenerationRecord): GenerationDetails {
  const { attempts, deadLetter, delivery, payload, hash: _hash, ...rest } = record;
  return {
    ...rest,
    attempts: attempts.map(({ tokenHash: _tokenHash, ...attempt }) => attempt),
    payload: parsed(payload),
    deadLetter: deadLetter === undefined ? null : deadLetterDetails(record.id, record.state, deadLetter),
    delivery: delivery === undefined ? null : deliveryDetails(record, delivery),
  };
}

function deliveryDetails(
  { id, state }: GenerationRecord,
  { deadLetter, ...delivery }: DeliveryRecord,
): DeliveryDetails {
  return { ...delivery, deadLetter: deadLetter === undefined ? null : deadLetterDetails(id, state, deadLetter) };
}

export function deadLetterDetails(
  id: string,
  state: OrNewer<GenerationState>,
  deadLetter: OpenDeadLetter,
): DeadLetterDetails {
  return { ...deadLetter, ...redriveRule(deadLetter.class), goOn: waysOut(id, deadLetter.class, state) };
}

/** The payload of a job that never validated may be anything. */
function parsed(payload: string | undefined): unknown {
  return payload === undefined ? null : (jsonOf(payload) ?? payload);
}
