import { withUploadLinks, type SubmitAnswer } from '@kieq/domain';
import { callbackUrl, TRANSPORT, type KieCreateRequest } from '@kieq/kie';
import { confirmIntent, type AdmitReply, type RefuseRule } from '@kieq/ledger';
import { timingKindOf } from '../poll/timing-kind-of.ts';
import type { AttemptToken } from './attempt-token.ts';
import type { AttemptDeps } from './submit-deps.ts';
import { deadJobEnd } from './dead-job.ts';
import { pullForwardIfCalledBack } from '../poll/followed-callbacks.ts';
import type { JobEnd } from '../loop/job-end.ts';
import { addDelivery } from '../jobs/add-delivery.ts';
import { frozenPayloadSchema } from '../jobs/payload.ts';
import { persist } from '../loop/persist.ts';
import type { SendDeadline } from './send-deadline.ts';
import { knownPrice } from './known-price.ts';
import { decideSubmit, unreachableGate } from './submit-rules.ts';
import { addSubmitVehicle, addVehicle } from '../jobs/vehicles.ts';

export interface AdmittedAttempt {
  readonly id: string;
  readonly token: AttemptToken;
  readonly sendDeadline: SendDeadline;
  /** Number of times that the ledger's connection had been lost before `admit`. */
  readonly lossesBefore: number;
  readonly admitted: Extract<AdmitReply, { kind: 'admitted' }>;
}

/**
 * From the recorded intent to a recorded response: POST once, record what came back, continue.
 * @param context its logger names the generation and the attempt
 */
export async function runAttempt(context: AttemptDeps, attempt: AdmittedAttempt): Promise<JobEnd> {
  const { id, token, admitted } = attempt;
  const { logger } = context;
  const request = requestOf(context, attempt);
  context.metrics.queueSeconds.observe(admitted.waitedMs / 1000);
  const answer = await tracedSubmit(context, attempt, request);
  context.metrics.submissions.inc({ class: answer.class });
  if (answer.latencyMs > 0) context.metrics.submitSeconds.observe(answer.latencyMs / 1000);
  const decision = decideSubmit(answer, {
    timings: context.timings,
    submitWindowMs: context.settings.submitWindowMs,
    tries: admitted.tries,
    random: context.random,
  });
  switch (decision.do) {
    case 'accept':
      return recordAccepted(context, attempt, decision.taskId, answer, request);
    case 'lose': {
      logger.warn(
        { evidence: answer.evidence },
        'createTask response lost; a paid task may exist. It will not be resubmitted automatically',
      );
      const { latencyMs, evidence } = answer;
      // A proxy's 5xx page may come before Kie itself has finished the request, which may be counted later.
      const answered = answer.answered && (evidence.httpStatus ?? 0) < 500;
      await persist(context, 'a lost response', 'nothing: the lease expires', () =>
        context.ledger.lose({
          id,
          tokenHash: token.hash,
          answered,
          latencyMs,
          evidence,
          recover: true,
          ...unreachableGate(context.timings),
        }),
      );
      return { kind: 'complete', result: 'response lost: unknown' };
    }
    case 'refuse':
      return recordRefused(context, attempt, decision.rule, answer, request);
    default:
      return decision satisfies never;
  }
}

function requestOf({ settings }: AttemptDeps, { id, token, admitted }: AdmittedAttempt): KieCreateRequest {
  const frozen = frozenPayloadSchema.parse(JSON.parse(admitted.payload));
  const { model, input } = frozen.request;
  const request = { model, input: withUploadLinks(input, admitted.links ?? {}) };
  if (settings.publicUrl === undefined) return request;
  return { ...request, callBackUrl: callbackUrl(settings.publicUrl, id, token.secret) };
}

/** Two spans: how long it waited, and the call. */
function tracedSubmit(
  context: AttemptDeps,
  attempt: AdmittedAttempt,
  request: KieCreateRequest,
): Promise<SubmitAnswer> {
  const { id, admitted } = attempt;
  const tracer = context.tracer.of(id, admitted.trace);
  tracer.past('kieq.admit', {
    startedMs: Date.now() - admitted.waitedMs,
    attributes: { 'kieq.attempt': admitted.attempt, 'kieq.canary': admitted.canary },
  });
  const attributes = { 'kieq.model': request.model, 'kieq.attempt': admitted.attempt, 'kieq.worker': context.worker };
  return tracer.span('kieq.submit', { kind: 'client', attributes }, async (span) => {
    const answer = await submit(context, attempt, request);
    span.set({ 'kieq.class': answer.class, 'http.response.status_code': answer.evidence.httpStatus });
    return answer;
  });
}

async function submit(
  context: AttemptDeps,
  attempt: AdmittedAttempt,
  request: KieCreateRequest,
): Promise<SubmitAnswer> {
  const { sendDeadline, admitted, lossesBefore } = attempt;
  if (!(await intentIsDurable(context, lossesBefore))) {
    const evidence = {
      summary: 'Redis did not confirm the intent as durable; nothing was sent',
      transport: INTENT_UNCONFIRMED,
    };
    return { class: 'not_sent', latencyMs: 0, answered: false, evidence };
  }
  return context.kie.createTask(request, {
    sendDeadline: () => sendDeadline.maySend(),
    timeoutMs: admitted.timeoutMs,
    signal: context.deadline,
  });
}

async function intentIsDurable(
  { ledger, settings, timings, logger }: AttemptDeps,
  lossesBefore: number,
): Promise<boolean> {
  try {
    return await confirmIntent(ledger.redis, settings.intentDurability, timings.sendBeforeMs, lossesBefore);
  } catch (error) {
    logger.error(
      { err: error },
      'Redis cannot confirm the intent: KIEQ_INTENT_DURABILITY=fsync needs Redis 7.2 with appendonly yes, and neither works on a Cluster',
    );
    return false;
  }
}

async function recordAccepted(
  context: AttemptDeps,
  attempt: AdmittedAttempt,
  taskId: string,
  answer: SubmitAnswer,
  { model, input, callBackUrl }: KieCreateRequest,
): Promise<JobEnd> {
  const { ledger, timings, logger } = context;
  const { id, token } = attempt;
  const { latencyMs } = answer;
  // Logged first, so that even a worker that is killed before Redis has the taskId leaves a trace.
  logger.info({ task: taskId, latencyMs: Math.round(latencyMs) }, 'Kie accepted');
  const kind = timingKindOf(model, input);
  const pollDelayMs = context.plan.firstDelayMs(kind);
  const reply = await persist(context, `the taskId ${taskId}`, `kieq adopt ${id} ${taskId}`, () =>
    ledger.accept({
      id,
      tokenHash: token.hash,
      taskId,
      latencyMs,
      adopted: false,
      recover: true,
      pollDelayMs,
      kind,
      vehicleCheckMs: timings.vehicleCheckMs,
    }),
  );
  if (reply.kind === 'surplus') {
    context.metrics.surplus.inc();
    logger.error(
      { task: taskId },
      'this task appeared after another attempt was admitted; the generation may be paid twice. The task is recorded as surplus',
    );
    return { kind: 'complete', result: `surplus task ${taskId}` };
  }
  if (reply.kind !== 'accepted') {
    logger.error({ task: taskId, reply }, 'the ledger did not accept a task that Kie accepted');
    return { kind: 'complete', result: `not accepted: ${reply.kind}` };
  }
  // If this fails, the sweeper finds the generation without a vehicle and adds one.
  if (reply.state === 'generating') {
    await addVehicle(context.queues, {
      vehicle: reply.vehicle,
      generation: id,
      queue: 'poll',
      delayMs: reply.delayMs,
      name: model,
      priority: context.plan.rank(kind, 0, reply.delayMs, reply.dueAt),
    });
    // Callbacks before the response are in `delayMs`; later ones could not find the job. None comes to a task without
    // an address.
    const seen = reply.delayMs === 0 ? 0 : reply.callbacksSeen;
    if (callBackUrl !== undefined)
      await pullForwardIfCalledBack(ledger, context.queues, { id, vehicle: reply.vehicle, seen });
  }
  return { kind: 'complete', result: `task ${taskId}` };
}

const INTENT_UNCONFIRMED = 'INTENT_UNCONFIRMED';
/** Reasons why nothing was sent that say nothing about Kie being reachable. */
const OWN_FAULTS = new Set<string>([
  INTENT_UNCONFIRMED,
  TRANSPORT.sendDeadline,
  TRANSPORT.sendRefused,
  TRANSPORT.invalid,
  TRANSPORT.unserialisable,
  TRANSPORT.aborted,
  TRANSPORT.closed,
]);

async function recordRefused(
  context: AttemptDeps,
  attempt: AdmittedAttempt,
  rule: RefuseRule,
  answer: SubmitAnswer,
  request: KieCreateRequest,
): Promise<JobEnd> {
  const { ledger, timings, logger } = context;
  const { id, token } = attempt;
  const reply = await persist(context, 'a refusal', 'nothing: the lease expires', async () => {
    // The price to wait for.
    const price = answer.class === 'insufficient_credits' ? await knownPrice(ledger, request) : undefined;
    return ledger.refuse({
      id,
      tokenHash: token.hash,
      class: answer.class,
      rule,
      sent: answer.class !== 'not_sent',
      ownFault: OWN_FAULTS.has(answer.evidence.transport ?? ''),
      latencyMs: answer.latencyMs,
      evidence: answer.evidence,
      vehicleCheckMs: timings.vehicleCheckMs,
      ...(price === undefined ? {} : { price }),
    });
  });
  const seen = { class: answer.class, evidence: answer.evidence, next: reply.kind };
  if (answer.class === 'unauthorized')
    logger.error(
      seen,
      'createTask refused: KIE_API_KEY is wrong or not allowed from this address. Nothing is submitted until this is corrected',
    );
  else logger.warn(seen, 'createTask refused');
  if (reply.kind === 'dead') {
    await addDelivery(context.queues, id, reply.delivery, request.model);
    return deadJobEnd(id, reply.class, answer.evidence);
  }
  if (reply.kind !== 'queued') return { kind: 'complete', result: `refusal came late: ${reply.kind}` };
  if (!reply.added) {
    await addSubmitVehicle(ledger, context.queues, { vehicle: reply.vehicle, generation: id, delayMs: reply.delayMs });
    return { kind: 'complete', result: 'refused late; a new job continues' };
  }
  return reply.delayMs > 0 ? { kind: 'delay', delayMs: reply.delayMs } : { kind: 'give_back' };
}
