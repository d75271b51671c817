import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { REDRIVE_RULES, type DeadLetterClass, type GenerationState } from '@kieq/domain';
import type { Ledger, RedriveReply } from '@kieq/ledger';
import type { Queues } from './catalogue.ts';
import { frozenPayloadSchema } from './payload.ts';
import { addSubmitVehicle, addVehicle } from './vehicles.ts';

export interface RedriveOptions {
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly vehicleCheckMs: number;
  /** Submit again although a paid task may exist. Only for classes that need it. */
  readonly payAgain?: boolean;
  /** Tell what would happen and change nothing. */
  readonly dryRun?: boolean;
}

/**
 * - `resumed`: goes on in `state`. `would_resume`: the dry run's word for it.
 * - `not_possible`: `reason` says why; nothing was changed.
 */
export type RedriveResult =
  | {
      readonly kind: 'resumed' | 'would_resume';
      readonly id: string;
      readonly class: DeadLetterClass;
      readonly state: GenerationState;
    }
  | { readonly kind: 'not_possible'; readonly id: string; readonly reason: string };

/** Resumes one dead letter at the step that its class names (the redrive table in `@kieq/domain`). */
export async function redriveOne(options: RedriveOptions, id: string): Promise<RedriveResult> {
  const record = await options.ledger.read.generation(id);
  if (record === undefined) return impossible(id, 'there is no such generation');
  if (record.letter === undefined) return impossible(id, `it has no open dead letter; its state is ${record.state}`);
  const letterClass = record.letter.class;
  const resumesAt = targetOf(letterClass, options.payAgain ?? false);
  if (typeof resumesAt !== 'object') return impossible(id, resumesAt);
  if (resumesAt.state === 'queued' && !isSubmittable(record.payload))
    return impossible(id, 'its payload is gone or was never a valid request');
  const reply = await options.ledger.redrive({
    id,
    class: letterClass,
    resumesAt: resumesAt.state,
    payAgain: options.payAgain ?? false,
    dryRun: options.dryRun ?? false,
    op: randomUUID(),
    vehicleCheckMs: options.vehicleCheckMs,
  });
  return afterRedrive(options, id, letterClass, record.model, reply);
}

/** The letter of a job with an unreadable payload keeps that payload for looking only. */
function isSubmittable(payload: string | undefined): boolean {
  try {
    return payload !== undefined && frozenPayloadSchema.safeParse(JSON.parse(payload)).success;
  } catch {
    return false;
  }
}

function targetOf(letterClass: DeadLetterClass, payAgain: boolean): { readonly state: GenerationState } | string {
  const rule = REDRIVE_RULES[letterClass];
  if (payAgain) {
    if (rule.payAgainResumesAt !== null) return { state: rule.payAgainResumesAt };
    return `pay-again makes no sense for ${letterClass}: redrive it without`;
  }
  if (rule.resumesAt !== null) return { state: rule.resumesAt };
  return rule.payAgainResumesAt === null
    ? `${letterClass} cannot be redriven yet`
    : `${letterClass} can only be redriven with pay-again: a task may exist and be charged`;
}

async function afterRedrive(
  options: RedriveOptions,
  id: string,
  letterClass: DeadLetterClass,
  model: string,
  reply: RedriveReply,
): Promise<RedriveResult> {
  switch (reply.ok) {
    case 'redriven': {
      const { state, vehicle } = reply;
      if (state === 'queued')
        await addSubmitVehicle(options.ledger, options.queues, { vehicle, generation: id, delayMs: 0 });
      if (state === 'generating')
        await addVehicle(options.queues, { vehicle, generation: id, queue: 'poll', delayMs: 0, name: model });
      return { kind: 'resumed', id, class: letterClass, state };
    }
    case 'would_redrive':
      return { kind: 'would_resume', id, class: letterClass, state: reply.state };
    case 'too_early':
      return impossible(
        id,
        `an older attempt may still be sent for ${Math.ceil(reply.waitMs / 1000)} s; try again after that`,
      );
    case 'no_payload':
      return impossible(id, 'its payload is gone');
    case 'no_letter':
      return impossible(id, `its dead letter was closed meanwhile; its state is ${reply.state}`);
    case 'missing':
      return impossible(id, 'there is no such generation');
    default:
      return reply satisfies never;
  }
}

export interface RedriveClassOptions extends RedriveOptions {
  /** Per second; the default spares Redis and the queue. */
  readonly perSecond?: number;
  readonly signal?: AbortSignal;
}

/** Resumes all open dead letters of a class, oldest first, at a limited rate, until done or cancelled. */
export async function* redriveClass(
  options: RedriveClassOptions,
  letterClass: DeadLetterClass,
): AsyncGenerator<RedriveResult> {
  const pauseMs = 1000 / (options.perSecond ?? 50);
  let stuck = 0;
  // A letter that dies again during the run is not redriven again.
  const startedAt = await options.ledger.read.now();
  const cancelled = (): boolean => options.signal?.aborted ?? false;
  while (!cancelled()) {
    const { items } = await options.ledger.read.listLetters(letterClass, { offset: stuck, limit: 50 });
    if (items.length === 0) return;
    for (const { id, at } of items) {
      if (cancelled() || at > startedAt) return;
      const result = await redriveOne(options, id);
      // What was resumed has left the list; what stays is skipped by the next page.
      if (result.kind !== 'resumed') stuck += 1;
      yield result;
      await sleep(pauseMs, undefined, { signal: options.signal }).catch(() => undefined);
    }
  }
}

function impossible(id: string, reason: string): RedriveResult {
  return { kind: 'not_possible', id, reason };
}
