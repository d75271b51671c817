import { randomUUID } from 'node:crypto';
import type { Job } from 'bullmq';
import { GIVEN_UP_CLASSES, type PollAnswer, type Timings } from '@kieq/domain';
import type { KieClient } from '@kieq/kie';
import type { Claim, GenerationRecord, Ledger, SettleArgs } from '@kieq/ledger';
import type { Counter, Histogram, Logger } from '@kieq/telemetry';
import type { Queues } from '../jobs/catalogue.ts';
import { proveAdoption } from './adoption-proof.ts';
import { bindTask } from './bind-task.ts';
import { addArchive, archiveModeOf } from '../jobs/archive-jobs.ts';
import type { JobEnd } from '../loop/job-end.ts';
import { addDelivery } from '../jobs/add-delivery.ts';
import { notePrice, priceLesson } from '../poll/price-lessons.ts';
import { giveBackOnShutdown, permitsAfter } from '../poll/query-permits.ts';
import type { Taken } from '../loop/take-loop.ts';
import { idOf } from '../jobs/vehicles.ts';

/** Proving that a task is ours, and binding it. */
export interface ClaimDeps {
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly kie: Pick<KieClient, 'recordInfo'>;
  readonly logger: Logger;
  readonly metrics: {
    readonly claims: Counter<'outcome'>;
    readonly polls: Counter<'seen'>;
    readonly surplus: Counter<never>;
    readonly generationSeconds: Histogram<'end'>;
  };
  readonly timings: Timings;
  readonly settings: { readonly queryTimeoutMs: number; readonly archiveMode: SettleArgs['archive'] };
  /** Aborted when the grace period is almost over: open calls must end now. */
  readonly deadline: AbortSignal;
}

interface OpenClaim {
  readonly id: string;
  readonly claim: Claim;
  readonly permit: string;
}

type Shown = Extract<PollAnswer, { kind: 'verdict' | 'no_result' | 'running' }>;

/** `late`: decided before this job ran, mostly by the response to the submission itself. */
type ClaimOutcome = 'adopted' | 'refuted' | 'given_up' | 'late';

/**
 * Takes the job of a claim: a callback with the token of an attempt named a task that the attempt does not have.
 * Only what recordInfo echoes proves it, never the callback (docs/guarantees.md#g6-no-callback-is-believed).
 */
export async function takeClaimJob(context: ClaimDeps, job: Job, id: string, taskId: string): Promise<Taken> {
  const { ledger, settings, metrics } = context;
  const record = await ledger.read.generation(id);
  const claim = record?.claims?.find((one) => one.taskId === taskId);
  if (claim === undefined) {
    metrics.claims.inc({ outcome: 'late' });
    return { end: { kind: 'complete', result: 'the claim is already decided' } };
  }
  const permit = `${idOf(job)}:${randomUUID()}`;
  const granted = await ledger.pollPermit(permit, settings.queryTimeoutMs);
  if (granted.kind === 'wait') return { end: { kind: 'give_back' } };
  const logger = context.logger.child({ generation: id, task: taskId, job: idOf(job) });
  return { work: () => judge({ ...context, logger }, { id, claim, permit }), slots: granted.slots };
}

async function judge(context: ClaimDeps, open: OpenClaim): Promise<JobEnd> {
  const { ledger, metrics, kie, deadline } = context;
  const permits = permitsAfter(context, open.permit);
  const answer = await kie
    .recordInfo(open.claim.taskId, { permit: permits.next, signal: deadline })
    .catch(giveBackOnShutdown(context));
  await Promise.all([permits.release(), ledger.pollDone(open.permit)]);
  if (answer === undefined) return { kind: 'give_back' };
  metrics.polls.inc({ seen: answer.kind === 'verdict' ? answer.verdict.state : answer.kind });
  switch (answer.kind) {
    case 'verdict':
    case 'no_result':
    case 'running':
      return prove(context, open, answer);
    case 'not_found':
      return later(context, open, 0);
    case 'trouble':
      return later(context, open, answer.retryAfterMs ?? 0);
    default:
      return answer satisfies never;
  }
}

async function prove(context: ClaimDeps, open: OpenClaim, answer: Shown): Promise<JobEnd> {
  // A response without an echo does not say whose task it is: neither proof nor refutation.
  if (!saysWhose(answer)) return later(context, open, 0);
  // Read again: it may have moved on while Kie was asked.
  const record = await context.ledger.read.generation(open.id);
  if (record === undefined) return { kind: 'complete', result: 'the record no longer exists' };
  const proof = proveAdoption(record, answer.echo);
  if (proof.kind !== 'proved') {
    const reason = proof.kind === 'refuted' ? proof.reason : 'it does not carry the token of an attempt';
    context.logger.warn({ reason }, 'a callback named a task that does not belong to its generation');
    return decide(context, open, 'refuted');
  }
  if (isGivenUp(record, open.claim.taskId)) return settle(context, open, answer);
  // Given up and paid again, or counted as surplus: to follow it instead, it must have something to bring.
  const isKnown = record.attempts.some(({ taskId }) => taskId === open.claim.taskId);
  if (isKnown && answer.kind === 'no_result') return later(context, open, 0);
  return adopt(context, open, record, proof.attempt);
}

function saysWhose({ echo }: Shown): boolean {
  return echo.callBackUrl !== undefined || echo.model !== undefined || echo.input !== undefined;
}

/** Its dead letter says that this task was given up. */
function isGivenUp({ state, taskId, deadLetter }: GenerationRecord, claimed: string): boolean {
  return state === 'dead' && taskId === claimed && GIVEN_UP_CLASSES.some((one) => one === deadLetter?.class);
}

async function adopt(context: ClaimDeps, open: OpenClaim, record: GenerationRecord, attempt: number): Promise<JobEnd> {
  const { logger, metrics } = context;
  const reply = await bindTask(context, record, open.claim.taskId, attempt);
  if (reply.kind === 'accepted') {
    logger.warn({ attempt, state: reply.state }, 'a callback named the task of a lost response; the task is adopted');
    return decide(context, open, 'adopted');
  }
  if (reply.kind === 'surplus') {
    metrics.surplus.inc();
    logger.error(
      { attempt },
      'this task appeared after another attempt was admitted; the generation may be paid twice. The task is recorded as surplus',
    );
    return decide(context, open, 'late');
  }
  logger.warn({ attempt, reply }, 'the ledger did not accept a task that a callback named');
  return decide(context, open, 'refuted');
}

async function settle(context: ClaimDeps, open: OpenClaim, answer: Shown): Promise<JobEnd> {
  const { ledger, queues, logger, timings } = context;
  if (answer.kind !== 'verdict') return later(context, open, 0);
  const { id, claim } = open;
  const { verdict, evidence } = answer;
  const { vehicleCheckMs } = timings;
  const { taskId } = claim;
  const archive = archiveModeOf(context, verdict);
  const price = await priceLesson(ledger, id, verdict);
  const args = { id, taskId, verdict, evidence, archive, polled: true, price, vehicleCheckMs };
  const settled = await ledger.settle(args);
  if (settled.kind === 'settled') {
    context.metrics.generationSeconds.observe({ end: answer.verdict.state }, settled.ageMs / 1000);
    notePrice(logger, price, verdict, settled.priceBefore);
    await addArchive(queues, id, settled.archive);
    await addDelivery(queues, id, settled.delivery);
  }
  logger.warn(
    { verdict: verdict.state, next: settled.kind },
    'a callback led to the verdict of a task that was given up',
  );
  return decide(context, open, 'adopted');
}

/** recordInfo proved nothing: polls again after a pause of the claim's age, so that the pauses double. */
async function later(context: ClaimDeps, open: OpenClaim, leastMs: number): Promise<JobEnd> {
  const { ledger, timings, logger } = context;
  const { id, claim } = open;
  const ageMs = (await ledger.read.now()) - claim.at;
  if (ageMs >= timings.taskStuckMs) {
    const byHand = `kieq adopt ${id} ${claim.taskId}`;
    logger.error(
      { byHand },
      'a callback named a task that recordInfo does not show; the worker gives up the claim. If the task is in the Kie account, run the command in byHand',
    );
    return decide(context, open, 'given_up');
  }
  const delayMs = Math.max(leastMs, Math.min(timings.retryCapMs, Math.max(timings.retryBaseMs, ageMs)));
  return { kind: 'delay', delayMs };
}

async function decide(context: ClaimDeps, { id, claim }: OpenClaim, outcome: ClaimOutcome): Promise<JobEnd> {
  // The ledger drops the claims of an attempt that has its task; the others are dropped here.
  await context.ledger.dropClaim(id, claim.taskId);
  context.metrics.claims.inc({ outcome });
  return { kind: 'complete', result: `claim ${outcome}` };
}
