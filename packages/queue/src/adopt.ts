import type { Timings } from '@kieq/domain';
import type { KieClient } from '@kieq/kie';
import type { AcceptReply, Ledger } from '@kieq/ledger';
import { proveAdoption } from './adoption-proof.ts';
import type { Queues } from './catalogue.ts';
import { addVehicle } from './vehicles.ts';

export interface AdoptOptions {
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly kie: KieClient;
  readonly timings: Timings;
  /** A person vouches for a task that only looks like the request. Never needed when the task carries our token. */
  readonly confirm: boolean;
}

/**
 * - `adopted`: the generation goes on with this task.
 * - `needs_confirmation`: it fits, but only a person can vouch for it.
 * - `refused`: nothing was changed; `reason` says why.
 */
export type AdoptResult =
  | { readonly kind: 'adopted'; readonly attempt: number }
  | { readonly kind: 'needs_confirmation'; readonly attempt: number }
  | { readonly kind: 'refused'; readonly reason: string };

/** Binds a task that turned up by hand to the generation whose answer was lost, after proof by recordInfo. */
export async function adopt(options: AdoptOptions, id: string, taskId: string): Promise<AdoptResult> {
  const { ledger, kie } = options;
  const record = await ledger.read.generation(id);
  if (record === undefined) return { kind: 'refused', reason: 'there is no such generation' };
  const permit = `adopt:${id}:${Date.now()}`;
  const granted = await ledger.pollPermit(permit, 15_000);
  if (granted.ok !== 'granted') return { kind: 'refused', reason: 'the query budget is used up at the moment; try again' };
  const answer = await kie.recordInfo(taskId).finally(() => ledger.pollDone(permit));
  if (answer.kind === 'not_found') return { kind: 'refused', reason: 'Kie does not know this task' };
  if (answer.kind === 'trouble') return { kind: 'refused', reason: `Kie could not be asked: ${answer.evidence.summary}` };
  const proof = proveAdoption(record, answer.echo);
  if (proof.kind === 'refuted') return { kind: 'refused', reason: proof.reason };
  if (proof.kind === 'plausible' && !options.confirm) return { kind: 'needs_confirmation', attempt: proof.attempt };
  return bind(options, id, taskId, proof.attempt, record.model);
}

async function bind(options: AdoptOptions, id: string, taskId: string, attempt: number, model: string): Promise<AdoptResult> {
  const { ledger, timings } = options;
  const pollDelayMs = 0;
  const reply = await ledger.accept({ id, attempt, taskId, adopted: true, pollDelayMs, vehicleCheckMs: timings.vehicleCheckMs });
  if (reply.ok !== 'accepted') return { kind: 'refused', reason: refusalText(reply) };
  if (reply.state === 'generating') {
    await addVehicle(options.queues, { vehicle: reply.vehicle, generation: id, queue: 'poll', delayMs: pollDelayMs, name: model });
  }
  return { kind: 'adopted', attempt };
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
