import { randomUUID } from 'node:crypto';
import {
  DEAD_LETTER_CLASSES,
  evidenceText,
  isKnown,
  newerDeadLetterText,
  type PollAnswer,
  type Timings,
} from '@kieq/domain';
import type { KieClient } from '@kieq/kie';
import type { AcceptReply, GenerationRecord, Ledger } from '@kieq/ledger';
import type { Logger } from '@kieq/telemetry';
import { proveAdoption } from './adoption-proof.ts';
import { bindTask } from './bind-task.ts';
import type { Queues } from '../jobs/catalogue.ts';
import { doubtOf, type Difference } from './likeness.ts';
import { openDeadLetters } from '../dead-letters/open-dead-letters.ts';
import { queryPermits } from '../poll/query-permits.ts';
import { vouchedFor } from './vouched-for.ts';

/** The workers' polls share the budget: a person waits for a place in it for up to this long. */
const PERMIT_WAIT_MS = 30_000;
/** Longest that the query can take, its retries included. */
const QUERY_TIMEOUT_MS = 15_000;

export interface AdoptOptions {
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly kie: KieClient;
  readonly timings: Timings;
  /** A person vouches for a task that does not prove itself. Never needed when the task carries our token. */
  readonly confirm: boolean;
  /** Through which door that person speaks, and who it is where that is known; the record keeps it. */
  readonly by: string;
  /** Of a door that does not end in somebody's face, as the command line does. */
  readonly logger?: Logger;
  /**
   * Whose ids and requests the reasons may tell, and for whose tasks this person's word counts: a tenant cannot vouch
   * for a task that differs from its request, since that may be anybody's. Default: everybody's.
   */
  readonly tenant?: string;
}

type AcceptedReply = Extract<AcceptReply, { kind: 'accepted' }>;

/**
 * - `adopted`: the task is the generation's; with `already` it was before, and nothing has changed.
 * - `needs_confirmation`: only a person can vouch for it; `doubt` says why, field by field where it differs.
 * - `refused`: the generation goes on as before; `reason` says why.
 */
export type AdoptResult =
  | {
      readonly kind: 'adopted';
      readonly attempt: number;
      /** Of the generation, now. */
      readonly state: AcceptedReply['state'];
      readonly already: boolean;
      /** What a person has overruled; absent where the task proved itself. */
      readonly overruled?: readonly Difference[];
    }
  | {
      readonly kind: 'needs_confirmation';
      readonly attempt: number;
      readonly differences: readonly Difference[];
      readonly doubt: string;
    }
  | { readonly kind: 'refused'; readonly reason: string };

/** Binds a task that turned up by hand to the generation whose answer was lost, after proof by recordInfo. */
export async function adopt(options: AdoptOptions, id: string, taskId: string): Promise<AdoptResult> {
  const { ledger } = options;
  const record = await ledger.read.generation(id);
  if (record === undefined) return { kind: 'refused', reason: 'there is no such generation' };
  const newer = openDeadLetters(record).find((deadLetter) => !isKnown(DEAD_LETTER_CLASSES, deadLetter.class));
  if (newer !== undefined) return { kind: 'refused', reason: newerDeadLetterText(newer.class) };
  const answer = await ask(options, id, taskId);
  if (answer === undefined) return { kind: 'refused', reason: 'the query budget is used up at the moment; try again' };
  if (answer.kind === 'not_found') return { kind: 'refused', reason: 'Kie does not know this task' };
  if (answer.kind === 'trouble')
    return { kind: 'refused', reason: `Kie could not be asked: ${evidenceText(answer.evidence)}` };
  const proof = proveAdoption(record, answer.echo);
  if (proof.kind === 'refuted') return refused(options, proof.reason, proof.owner);
  if (proof.kind !== 'plausible') return bind(options, record, taskId, proof.attempt);
  const { attempt, differences } = proof;
  const doubt = doubtOf(differences);
  if (options.tenant !== undefined && differences.length > 0) return refused(options, mayBelongToOthers(differences));
  if (!options.confirm) return { kind: 'needs_confirmation', attempt, differences, doubt };
  return bind(options, record, taskId, attempt, differences);
}

/** Names the fields alone: the rest may be another tenant's request. */
function mayBelongToOthers(differences: readonly Difference[]): string {
  const fields = differences.map(({ field }) => field).join(', ');
  return `the task does not prove itself, and differs from the request in ${fields}; only an operator can vouch for it`;
}

/** @param overruled where a person vouches for the task: what differs */
async function bind(
  options: AdoptOptions,
  record: GenerationRecord,
  taskId: string,
  attempt: number,
  overruled?: readonly Difference[],
): Promise<AdoptResult> {
  const lost = record.attempts.find(({ n }) => n === attempt)?.evidence;
  const evidence = overruled === undefined ? undefined : vouchedFor(options.by, overruled, lost);
  const reply = await bindTask(options, record, taskId, attempt, evidence);
  if (reply.kind !== 'accepted')
    return refused(options, refusalText(reply), reply.kind === 'bound' ? reply.owner : undefined);
  const adopted = { kind: 'adopted', attempt, state: reply.state, already: wasIts(record, taskId, reply) } as const;
  if (overruled === undefined) return adopted;
  const { id } = record;
  options.logger?.warn({ generation: id, task: taskId, attempt, evidence }, 'a person vouched for a task: adopted');
  return { ...adopted, overruled };
}

/**
 * Whether the attempt had the task before and the generation does not go on with it anew, as one does that was given up
 * as lost or stuck.
 * @param record as it was before
 */
function wasIts({ attempts, state }: GenerationRecord, taskId: string, reply: AcceptedReply): boolean {
  const had = attempts.find(({ n }) => n === reply.attempt)?.taskId === taskId;
  return had && !(reply.state === 'generating' && state !== 'generating');
}

/** @param owner a generation that the reason names: maybe another tenant's, whose ids are nobody else's business */
async function refused({ ledger, tenant }: AdoptOptions, reason: string, owner?: string): Promise<AdoptResult> {
  const mayName =
    owner === undefined || tenant === undefined || (await ledger.read.generation(owner))?.tenant === tenant;
  return { kind: 'refused', reason: mayName ? reason : reason.replace(owner, 'another generation') };
}

/** Undefined when the pool's query budget gave no permit in time. */
async function ask({ ledger, kie }: AdoptOptions, id: string, taskId: string): Promise<PollAnswer | undefined> {
  const signal = AbortSignal.timeout(PERMIT_WAIT_MS);
  const permits = queryPermits({ ledger, name: `adopt:${id}:${randomUUID()}`, timeoutMs: QUERY_TIMEOUT_MS, signal });
  try {
    return await kie.recordInfo(taskId, { permit: permits.next });
  } catch (error) {
    if (!signal.aborted) throw error;
    return undefined;
  } finally {
    await permits.release();
  }
}

function refusalText(reply: Exclude<AcceptReply, { kind: 'accepted' }>): string {
  switch (reply.kind) {
    case 'surplus':
      return 'a newer attempt was admitted already: this task is recorded as surplus, it may be paid twice';
    case 'bound':
      return `this task belongs to ${reply.owner}`;
    case 'other_task':
      return `this attempt has the task ${reply.taskId}`;
    case 'unknown_attempt':
    case 'missing':
      return 'the attempt is gone';
    default:
      return reply satisfies never;
  }
}
