import { redriveRule, type GenerationState, type OrNewer, type ResumePoint } from '@kieq/domain';
import type { Attempt, GenerationRecord, NoticeRecord } from '@kieq/ledger';
import type { OpenLetter } from '../dead-letters/open-dead-letters.ts';
import { jsonOf } from '../jobs/json.ts';
import { waysOut, type WayOut } from '../dead-letters/way-out.ts';

/** An open dead letter with what a person can do about it. */
export interface LetterDetails extends OpenLetter {
  readonly advice: string;
  /** Where a redrive goes on, without and with paying again; null where that is not possible. */
  readonly resumesAt: ResumePoint | null;
  readonly payAgainResumesAt: ResumePoint | null;
  /** A paid task may exist in the account that nobody knows: a person looks for it and adopts it. */
  readonly mayBeAdopted: boolean;
  readonly goOn: readonly WayOut[];
}

/** Everything about one generation that a person may see; hashes of tokens stay in the ledger. */
export interface GenerationDetails extends Omit<
  GenerationRecord,
  'attempts' | 'letter' | 'notice' | 'payload' | 'hash'
> {
  readonly attempts: readonly Omit<Attempt, 'tokenHash'>[];
  /** What was asked for: parsed where it is JSON; null after a purge. */
  readonly payload: unknown;
  readonly deadLetter: LetterDetails | null;
  /** The callback of its last end; null where there is none. */
  readonly notice: NoticeDetails | null;
}

export interface NoticeDetails extends Omit<NoticeRecord, 'letter'> {
  readonly deadLetter: LetterDetails | null;
}

export function detailsOf(record: GenerationRecord): GenerationDetails {
  const { attempts, letter, notice, payload, hash: _hash, ...rest } = record;
  return {
    ...rest,
    attempts: attempts.map(({ tokenHash: _tokenHash, ...attempt }) => attempt),
    payload: parsed(payload),
    deadLetter: letter === undefined ? null : letterDetails(record.id, record.state, letter),
    notice: notice === undefined ? null : noticeDetails(record, notice),
  };
}

function noticeDetails({ id, state }: GenerationRecord, { letter, ...notice }: NoticeRecord): NoticeDetails {
  return { ...notice, deadLetter: letter === undefined ? null : letterDetails(id, state, letter) };
}

export function letterDetails(id: string, state: OrNewer<GenerationState>, letter: OpenLetter): LetterDetails {
  return { ...letter, ...redriveRule(letter.class), goOn: waysOut(id, letter.class, state) };
}

/** The payload of a job that never validated may be anything. */
function parsed(payload: string | undefined): unknown {
  return payload === undefined ? null : (jsonOf(payload) ?? payload);
}
