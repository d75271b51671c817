import { randomUUID } from 'node:crypto';
import { evidenceText, type PollAnswer, type Timings } from '@kieq/domain';
import type { KieClient } from '@kieq/kie';
import type { AcceptReply, Ledger } from '@kieq/ledger';
import { proveAdoption } from './adoption-proof.ts';
import { bindTask } from './bind-task.ts';
import type { Queues } from './catalogue.ts';
import { at } from './kill-points.ts';
import { queryPermits } from './query-permits.ts';

/** The workers' polls share the budget: a person waits for a place in it for up to this long. */
const PERMIT_WAIT_MS = 30_000;
/** Longest that the query can take, its retries included. */
const QUERY_TIMEOUT_MS = 15_000;

export interface AdoptOptions {
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly kie: KieClient;
  readonly timings: Timings;
  /** A person vouches for a task that only looks like the request. Never needed when the task carries our token. */
  readonly confirm: boolean;
  /** Whose ids the reasons may tell. Default: everybody's. */
  readonly tenant?: string;
}

/**
 * - `adopted`: the generation goes on with this task.
 * - `needs_confirmation`: it fits, but only a person can vouch for it.
 * - `refused`: the generation goes on as before; `reason` says why.
 */
export type AdoptResult =
  | { readonly kind: 'adopted'; readonly attempt: number }
  | { readonly kind: 'needs_confirmation'; readonly attempt: number }
  | { readonly kind: 'refused'; readonly reason: string };

/** Binds a task that turned up by hand to the generation whose answer was lost, after proof by recordInfo. */
export async function adopt(options: AdoptOptions, id: string, taskId: string): Promise<AdoptResult> {
  const { ledger } = options;
  const record = await at('adopt.read', () => ledger.read.generation(id));
  if (record === undefined) return { kind: 'refused', reason: 'there is no such generation' };
  const answer = await ask(options, id, taskId);
  if (answer === undefined) return { kind: 'refused', reason: 'the query budget is used up at the moment; try again' };
  if (answer.kind === 'not_found') return { kind: 'refused', reason: 'Kie does not know this task' };
  if (answer.kind === 'trouble')
    return { kind: 'refused', reason: `Kie could not be asked: ${evidenceText(answer.evidence)}` };
  const proof = proveAdoption(record, answer.echo);
  if (proof.kind === 'refuted') return refused(options, proof.reason, proof.owner);
  if (proof.kind === 'plausible' && !options.confirm) return { kind: 'needs_confirmation', attempt: proof.attempt };
  const { attempt } = proof;
  const reply = await bindTask(options, record, taskId, attempt);
  if (reply.ok === 'accepted') return { kind: 'adopted', attempt };
  return refused(options, refusalText(reply), reply.ok === 'bound' ? reply.owner : undefined);
}

/** @param owner a generation that the reason names: maybe another tenant's, whose ids are nobody else's business */
async function refused({ ledger, tenant }: AdoptOptions, reason: string, owner?: string): Promise<AdoptResult> {
  const mayName =
    owner === undefined ||
    tenant === undefined ||
    (await at('adopt.owner', () => ledger.read.generation(owner)))?.tenant === tenant;
  return { kind: 'refused', reason: mayName ? reason : reason.replace(owner, 'another generation') };
}

/** Undefined when the pool's query budget gave no permit in time. */
async function ask({ ledger, kie }: AdoptOptions, id: string, taskId: string): Promise<PollAnswer | undefined> {
  const signal = AbortSignal.timeout(PERMIT_WAIT_MS);
  const permits = queryPermits({ ledger, name: `adopt:${id}:${randomUUID()}`, timeoutMs: QUERY_TIMEOUT_MS, signal });
  try {
    return await at('adopt.query', () => kie.recordInfo(taskId, { permit: permits.next }));
  } catch (error) {
    if (!signal.aborted) throw error;
    return undefined;
  } finally {
    await permits.release();
  }
}

function refusalText(reply: Exclude<AcceptReply, { ok: 'accepted' }>): string {
  switch (reply.ok) {
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
