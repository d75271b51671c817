import { REDRIVE_RULES, type GenerationState } from '@kieq/domain';
import type { Attempt, GenerationRecord } from '@kieq/ledger';
import { jsonOf } from './text/json.ts';
import { waysOut, type WayOut } from './way-out.ts';

type Letter = NonNullable<GenerationRecord['letter']>;

/** An open dead letter with what a person can do about it. */
export interface LetterDetails extends Letter {
  readonly advice: string;
  readonly goOn: readonly WayOut[];
}

/** Everything about one generation that a person may see; hashes of tokens stay in the ledger. */
export interface GenerationDetails extends Omit<GenerationRecord, 'attempts' | 'letter' | 'payload' | 'hash'> {
  readonly attempts: readonly Omit<Attempt, 'tokenHash'>[];
  /** What was asked for: parsed where it is JSON; null after a purge. */
  readonly payload: unknown;
  readonly deadLetter: LetterDetails | null;
}

export function detailsOf(record: GenerationRecord): GenerationDetails {
  const { attempts, letter, payload, hash: _hash, ...rest } = record;
  return {
    ...rest,
    attempts: attempts.map(({ tokenHash: _tokenHash, ...attempt }) => attempt),
    payload: parsed(payload),
    deadLetter: letter === undefined ? null : letterDetails(record.id, record.state, letter),
  };
}

export function letterDetails(id: string, state: GenerationState, letter: Letter): LetterDetails {
  return { ...letter, advice: REDRIVE_RULES[letter.class].advice, goOn: waysOut(id, letter.class, state) };
}

/** The payload of a job that never validated may be anything. */
function parsed(payload: string | undefined): unknown {
  return payload === undefined ? null : (jsonOf(payload) ?? payload);
}
