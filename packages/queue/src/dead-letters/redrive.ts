import { randomUUID } from 'node:crypto';
import {
  DEAD_LETTER_CLASSES,
  isKnown,
  newerDeadLetterText,
  redriveRule,
  type DeadLetterClass,
  type OrNewer,
  type ResumePoint,
} from '@kieq/domain';
import type { GenerationRecord, Ledger, RedriveReply } from '@kieq/ledger';
import { addArchive } from '../jobs/archive-jobs.ts';
import type { Queues } from '../jobs/catalogue.ts';
import { frozenPayload } from '../jobs/payload.ts';
import { isReportedFailed } from '../deliveries/caller-record.ts';
import { addDelivery } from '../jobs/add-delivery.ts';
import { openDeadLetters } from './open-dead-letters.ts';
import { addSubmitVehicle, addVehicle } from '../jobs/vehicles.ts';

export interface RedriveOptions {
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly vehicleCheckMs: number;
  /** Submit again although a paid task may exist. Only for classes that need it. */
  readonly payAgain?: boolean;
  /** Decided by the configuration, not by an operator: at most once for each generation. */
  readonly automatic?: boolean;
  /** Reports what would happen and changes nothing. */
  readonly dryRun?: boolean;
  /** Only this tenant's generations; another tenant's is reported as missing. */
  readonly tenant?: string;
}

/**
 * - `resumed`: goes on at `state`, which is `notify` where only the webhook is delivered again. `would_resume`: the
 *   same in a dry run.
 * - `not_possible`: `reason` says why; nothing was changed.
 */
export type RedriveResult =
  | {
      readonly kind: 'resumed' | 'would_resume';
      readonly id: string;
      readonly class: DeadLetterClass;
      readonly state: OrNewer<ResumePoint>;
      /** A risk to know before resuming it; absent where there is none. */
      readonly warning?: string;
    }
  | { readonly kind: 'not_possible'; readonly id: string; readonly reason: string };

/** A reported failure cannot be taken back, and what the caller did in response is paid as well. */
const REPORTED_FAILED =
  'the failure was reported to the caller, which may have created the generation again: then both are made and both are paid';

/**
 * Resumes one dead letter at the step that its class names (the redrive table in `@kieq/domain`).
 * @param letterClass which one; required where the generation and its delivery each have one, since delivering again
 *   and making another video are different things
 */
export async function redriveOne(
  options: RedriveOptions,
  id: string,
  deadLetterClass?: OrNewer<DeadLetterClass>,
): Promise<RedriveResult> {
  const { read } = options.ledger;
  const [record, nowMs] = await Promise.all([read.generation(id), read.now()]);
  if (record === undefined || isForeign(options, record)) return impossible(id, 'there is no such generation');
  const classes = openDeadLetters(record).map((deadLetter) => deadLetter.class);
  if (deadLetterClass === undefined && classes.length > 1) {
    return impossible(id, `it has the dead letters ${classes.join(' and ')}; name one class`);
  }
  const openClass = deadLetterClass === undefined ? classes[0] : classes.find((one) => one === deadLetterClass);
  if (openClass === undefined) return impossible(id, noDeadLetter(deadLetterClass, record.state));
  if (!isKnown(DEAD_LETTER_CLASSES, openClass)) return impossible(id, newerDeadLetterText(openClass));
  const resumesAt = targetOf(openClass, options.payAgain ?? false);
  if (typeof resumesAt !== 'object') return impossible(id, resumesAt);
  // The dead letter of a job with an unreadable payload keeps that payload only for display.
  if (resumesAt.at === 'queued' && frozenPayload(record.payload) === undefined)
    return impossible(id, 'its payload was purged or was never a valid request');
  const args = {
    id,
    class: openClass,
    resumesAt: resumesAt.at,
    payAgain: options.payAgain ?? false,
    automatic: options.automatic ?? false,
    dryRun: options.dryRun ?? false,
    op: randomUUID(),
    vehicleCheckMs: options.vehicleCheckMs,
  };
  const reply = await options.ledger.redrive(args);
  const warning = resumesAt.at !== 'notify' && isReportedFailed(record, nowMs) ? REPORTED_FAILED : undefined;
  return afterRedrive(options, record, { class: openClass, at: resumesAt.at, warning }, reply);
}

function isForeign({ tenant }: Pick<RedriveOptions, 'tenant'>, record: GenerationRecord): boolean {
  return tenant !== undefined && tenant !== record.tenant;
}

function noDeadLetter(wanted: string | undefined, state: string): string {
  const kind = wanted === undefined ? '' : ` of class ${wanted}`;
  return `it has no open dead letter${kind}; its state is ${state}`;
}

function targetOf(deadLetterClass: DeadLetterClass, payAgain: boolean): { readonly at: ResumePoint } | string {
  const rule = redriveRule(deadLetterClass);
  if (payAgain) {
    if (rule.payAgainResumesAt !== null) return { at: rule.payAgainResumesAt };
    return `pay-again is not possible for ${deadLetterClass}; redrive it without`;
  }
  if (rule.resumesAt !== null) return { at: rule.resumesAt };
  return rule.payAgainResumesAt === null
    ? `${deadLetterClass} cannot be redriven yet`
    : `${deadLetterClass} can only be redriven with pay-again: a task may exist and be charged`;
}

async function afterRedrive(
  options: RedriveOptions,
  { id, model }: GenerationRecord,
  target: { readonly class: DeadLetterClass; readonly at: ResumePoint; readonly warning: string | undefined },
  reply: RedriveReply,
): Promise<RedriveResult> {
  const about = { id, class: target.class, ...(target.warning === undefined ? {} : { warning: target.warning }) };
  switch (reply.kind) {
    case 'redriven':
      await addJob(options, { id, model }, target.at, reply);
      return { kind: 'resumed', ...about, state: target.at === 'notify' ? 'notify' : reply.state };
    case 'would_redrive':
      return { kind: 'would_resume', ...about, state: reply.state };
    case 'too_early':
      return impossible(
        id,
        `an older attempt may still be sent for ${Math.ceil(reply.waitMs / 1000)} s; try again after that`,
      );
    case 'by_hand':
      return impossible(id, 'more than one response was lost, or a callback named a task; an operator has to decide');
    case 'newer':
      return impossible(id, newerDeadLetterText(reply.class));
    case 'no_payload':
      return impossible(id, 'its payload was purged');
    case 'no_letter':
      return impossible(id, `its dead letter was closed in the meantime; its state is ${reply.state}`);
    case 'missing':
      return impossible(id, 'there is no such generation');
    default:
      return reply satisfies never;
  }
}

async function addJob(
  { ledger, queues }: RedriveOptions,
  { id, model }: Pick<GenerationRecord, 'id' | 'model'>,
  resumesAt: ResumePoint,
  { state, vehicle, archive, delivery }: Extract<RedriveReply, { kind: 'redriven' }>,
): Promise<void> {
  if (resumesAt === 'notify') return addDelivery(queues, id, delivery, model);
  if (archive !== undefined) return addArchive(queues, id, archive, model);
  if (state === 'queued') await addSubmitVehicle(ledger, queues, { vehicle, generation: id, delayMs: 0 });
  if (state === 'generating')
    await addVehicle(queues, { vehicle, generation: id, queue: 'poll', delayMs: 0, name: model });
}

function impossible(id: string, reason: string): RedriveResult {
  return { kind: 'not_possible', id, reason };
}
