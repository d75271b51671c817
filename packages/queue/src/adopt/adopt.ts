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

/** The workers' polls share the budget: an operator waits for a permit for up to this time. */
const PERMIT_WAIT_MS = 30_000;
/** Longest that the query can take, its retries included. */
const QUERY_TIMEOUT_MS = 15_000;

export interface AdoptOptions {
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly kie: KieClient;
  readonly timings: Timings;
  /**
   * An operator or tenant confirms a task that carries no attempt token. Never needed when the task carries our token.
   */
  readonly confirm: boolean;
  /** Which interface was used, and by whom where that is known; the record keeps it. */
  readonly by: string;
  /** Of an interface that is no terminal, where the result would otherwise not be recorded. */
  readonly logger?: Logger;
  /**
   * Only this tenant's ids and requests may appear in reasons, and only its tasks may be confirmed: a tenant cannot
   * confirm a task that differs from its request, since the task may be another tenant's. Default: all tenants.
   */
  readonly tenant?: string;
}

type AcceptedReply = Extract<AcceptReply, { kind: 'accepted' }>;

/**
 * - `adopted`: the task is the generation's; with `already` it was before, and nothing has changed.
 * - `needs_confirmation`: it needs confirmation by hand; `doubt` says why, field by field where it differs.
 * - `refused`: the generation goes on as before; `reason` says why.
 */
export type AdoptResult =
  | {
      readonly kind: 'adopted';
      readonly attempt: number;
      /** Of the generation, now. */
      readonly state: AcceptedReply['state'];
      readonly already: boolean;
      /** The differences that were confirmed by hand; absent where the task was proved. */
      readonly overruled?: readonly Difference[];
    }
  | {
      readonly kind: 'needs_confirmation';
      readonly attempt: number;
      readonly differences: readonly Difference[];
      readonly doubt: string;
    }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Binds a task that an operator found to the generation whose createTask response was lost, after proof by recordInfo.
 */
export async function adopt(options: AdoptOptions, id: string, taskId: string): Promise<AdoptResult> {
  const { ledger } = options;
  const record = await ledger.read.generation(id);
  if (record === undefined) return { kind: 'refused', reason: 'there is no such generation' };
  const newer = openDeadLetters(record).find((deadLetter) => !isKnown(DEAD_LETTER_CLASSES, deadLetter.class));
  if (newer !== undefined) return { kind: 'refused', reason: newerDeadLetterText(newer.class) };
  const answer = await ask(options, id, taskId);
  if (answer === undefined)
    return { kind: 'refused', reason: 'the query budget of the pool is used up; nothing was changed. Try again' };
  if (answer.kind === 'not_found') return { kind: 'refused', reason: 'Kie does not know this task' };
  if (answer.kind === 'trouble')
    return { kind: 'refused', reason: `recordInfo failed: ${evidenceText(answer.evidence)}` };
  const proof = proveAdoption(record, answer.echo);
  if (proof.kind === 'refuted') return refused(options, proof.reason, proof.owner);
  if (proof.kind !== 'plausible') return bind(options, record, taskId, proof.attempt);
  const { attempt, differences } = proof;
  const doubt = doubtOf(differences);
  if (options.tenant !== undefined && differences.length > 0) return refused(options, mayBelongToOthers(differences));
  if (!options.confirm) return { kind: 'needs_confirmation', attempt, differences, doubt };
  return bind(options, record, taskId, attempt, differences);
}

/** Names only the fields: their values may be another tenant's request. */
function mayBelongToOthers(differences: readonly Difference[]): string {
  const fields = differences.map(({ field }) => field).join(', ');
  return `the task carries no attempt token, and differs from the request in ${fields}; only an operator can confirm it`;
}

/** @param overruled what differs, where the task was confirmed by hand */
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
  options.logger?.warn(
    { generation: id, task: taskId, attempt, evidence },
    'an operator confirmed a task; it is adopted',
  );
  return { ...adopted, overruled };
}

/**
 * Whether the attempt had the task before and the generation does not resume it, as one that was given up as lost or
 * stuck does.
 * @param record as it was before
 */
function wasIts({ attempts, state }: GenerationRecord, taskId: string, reply: AcceptedReply): boolean {
  const had = attempts.find(({ n }) => n === reply.attempt)?.taskId === taskId;
  return had && !(reply.state === 'generating' && state !== 'generating');
}

/** @param owner a generation that the reason names; another tenant's id is not shown */
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
      return 'a newer attempt is already admitted. This task is recorded as surplus; the generation may be paid twice';
    case 'bound':
      return `this task belongs to ${reply.owner}`;
    case 'other_task':
      return `this attempt has the task ${reply.taskId}`;
    case 'unknown_attempt':
    case 'missing':
      return 'the attempt no longer exists';
    default:
      return reply satisfies never;
  }
}
