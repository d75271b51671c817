import { randomUUID } from 'node:crypto';
import type { Job } from 'bullmq';
import {
  isTransientFailure,
  judgeDenial,
  type Evidence,
  type GIVEN_UP_CLASSES,
  type PollAnswer,
  type Verdict,
} from '@kieq/domain';
import type { PollReply, ObserveReply } from '@kieq/ledger';
import { addArchive, archiveModeOf } from '../jobs/archive-jobs.ts';
import type { PollDeps } from './poll-deps.ts';
import { pullForwardIfCalledBack } from './followed-callbacks.ts';
import type { JobEnd } from '../loop/job-end.ts';
import { addDelivery, kill } from '../jobs/add-delivery.ts';
import { pollJobSchema } from '../jobs/payload.ts';
import { persist } from '../loop/persist.ts';
import { nextDelayMs, noteVerdict, rankOf, sampleOf } from './poll-lessons.ts';
import { notePrice, priceLesson, type PriceLesson } from './price-lessons.ts';
import { giveBackOnShutdown, permitsAfter } from './query-permits.ts';
import type { Taken } from '../loop/take-loop.ts';
import { noteNoResult, noResultDeadLetter } from './missing-result.ts';
import { addSubmitVehicle, idOf } from '../jobs/vehicles.ts';

type Poll = Extract<PollReply, { kind: 'granted' }>;

interface OpenPoll {
  readonly id: string;
  readonly job: Job;
  readonly poll: Poll;
  readonly permit: string;
}

/** Denials of several tasks count as one event when they began within this time. */
const MASS_WINDOW_TIMES_FRESH = 20;

/** Takes a job of `poll`: spends a query of the budget only as the current vehicle of a task without a verdict. */
export async function takePollJob(context: PollDeps, job: Job): Promise<Taken> {
  const parsed = pollJobSchema.safeParse(job.data);
  if (!parsed.success) return { end: { kind: 'fail', reason: `not a poll job: ${parsed.error.message}` } };
  const { generation: id, claim } = parsed.data;
  if (claim !== undefined) return context.takeClaim(job, id, claim);
  const permit = `${idOf(job)}:${randomUUID()}`;
  const timeoutMs = context.settings.queryTimeoutMs;
  const reply = await context.ledger.poll({ id, vehicle: idOf(job), permit, timeoutMs });
  switch (reply.kind) {
    case 'granted':
      return { work: () => pollTask(context, { id, job, poll: reply, permit }) };
    case 'wait':
      return { end: { kind: 'give_back' } };
    case 'stale':
      return { end: { kind: 'complete', result: `nothing to poll: ${reply.state}` } };
    case 'missing':
      return { end: { kind: 'complete', result: 'the record no longer exists' } };
    default:
      return reply satisfies never;
  }
}

async function pollTask(context: PollDeps, open: OpenPoll): Promise<JobEnd> {
  const { id, job, poll } = open;
  const logger = context.logger.child({ generation: id, task: poll.taskId, job: idOf(job) });
  const scoped = { ...context, logger };
  const permits = permitsAfter(context, open.permit);
  const askedAt = performance.now();
  const answer = await context.tracer.of(id, poll.trace).span('kieq.poll', { kind: 'client' }, async (span) => {
    const seen = await context.kie
      .recordInfo(poll.taskId, { permit: permits.next, signal: context.deadline })
      .catch(giveBackOnShutdown(context));
    span.set({ 'kieq.task': poll.taskId, 'kieq.look': poll.polls + 1, 'kieq.seen': seen?.kind });
    return seen;
  });
  await permits.release();
  if (answer === undefined) return { kind: 'give_back' };
  context.metrics.pollSeconds.observe((performance.now() - askedAt) / 1000);
  context.metrics.polls.inc({ seen: answer.kind === 'verdict' ? answer.verdict.state : answer.kind });
  switch (answer.kind) {
    case 'verdict':
      return settle(scoped, open, answer);
    case 'no_result':
      return awaitResult(scoped, open, answer);
    case 'running':
      context.metrics.vendorStates.inc({ state: knownWord(answer.vendorState) });
      return park(scoped, open, { seen: 'running' });
    case 'not_found':
      return deny(scoped, open, answer.evidence);
    case 'trouble':
      return failedTransiently(scoped, open, answer);
    default:
      return answer satisfies never;
  }
}

const WORDS = new Set(['waiting', 'queuing', 'generating']);

/** Labels must stay few: unknown words count as one. */
function knownWord(state: string): string {
  return WORDS.has(state) ? state : 'other';
}

async function settle(
  context: PollDeps,
  { id, poll, permit }: OpenPoll,
  answer: Extract<PollAnswer, { kind: 'verdict' }>,
): Promise<JobEnd> {
  const { ledger, timings, logger, settings } = context;
  const { verdict, evidence } = answer;
  const { taskId } = poll;
  const { vehicleCheckMs } = timings;
  if (isTransientFailure(verdict) && poll.resubmits < settings.resubmitLimit) {
    const again = await persist(context, 'a transient failure', 'nothing: the task is polled again', () =>
      ledger.resubmit({ id, taskId, limit: settings.resubmitLimit, evidence, vehicleCheckMs }),
    );
    await ledger.pollDone(permit);
    if (again.kind === 'queued') {
      logger.warn({ evidence }, 'the task failed at Kie for a transient reason, at no cost; it is submitted again');
      await addSubmitVehicle(ledger, context.queues, { vehicle: again.vehicle, generation: id, delayMs: 0 });
      return { kind: 'complete', result: 'submitted again' };
    }
  }
  const tracer = context.tracer.of(id, poll.trace);
  let price: PriceLesson | undefined;
  const record = async () => {
    price = await priceLesson(ledger, id, verdict);
    return ledger.settle({
      id,
      taskId,
      verdict,
      evidence,
      archive: archiveModeOf(context, verdict),
      polled: true,
      permit,
      sample: sampleOf(context, poll, verdict),
      price,
      vehicleCheckMs,
    });
  };
  const settled = await tracer.span('kieq.settle', {}, () =>
    persist(context, 'a verdict', 'nothing: the task is polled again', record),
  );
  if (settled.kind === 'settled') {
    tracer.whole({ startedMs: Date.now() - settled.ageMs, attributes: wholeAttributes(poll, verdict) });
    noteVerdict(context, poll, verdict, settled.ageMs);
    notePrice(logger, price, verdict, settled.priceBefore);
    await addArchive(context.queues, id, settled.archive, poll.model);
    await addDelivery(context.queues, id, settled.delivery);
  }
  logger.info({ verdict: verdict.state, ageMs: poll.ageMs, failMsg: verdict.failMsg, next: settled.kind }, 'verdict');
  return { kind: 'complete', result: `verdict ${verdict.state}` };
}

interface Observation {
  readonly seen: 'running' | 'missing' | 'trouble' | 'no_result';
  /** Not before this; the schedule may ask for longer. */
  readonly leastMs?: number;
  readonly pauseMs?: number;
  /** Kie refused the query with 429. */
  readonly rateLimited?: boolean;
}

function wholeAttributes({ model, polls }: Poll, { state, creditsConsumed }: Verdict) {
  return { 'kieq.model': model, 'kieq.end': state, 'kieq.looks': polls + 1, 'kieq.credits': creditsConsumed };
}

/** No verdict: the same job comes again later, unless the task has been followed for too long. */
async function park(context: PollDeps, open: OpenPoll, observation: Observation): Promise<JobEnd> {
  const { ledger, timings } = context;
  const { poll, permit } = open;
  if (poll.pollingForMs >= timings.taskStuckMs) {
    await ledger.pollDone(permit);
    return giveUp(context, open, 'task_stuck', poll.polls, {
      summary: `no verdict after ${Math.round(poll.pollingForMs / 1000)} s of polling`,
    });
  }
  const reply = await observe(context, open, observation);
  if (reply.kind !== 'parked') return { kind: 'complete', result: `nothing to park: ${reply.kind}` };
  const parked = parkedEnd(context, open, reply);
  if (observation.seen !== 'missing') return parked;
  const judgement = judgeDenial({ ageMs: poll.ageMs, ...reply }, timings);
  if (judgement === 'lost') {
    const summary = `recordInfo did not find the task ${reply.misses} times within ${Math.round(reply.missingForMs / 1000)} s`;
    return giveUp(context, open, 'task_lost', reply.polls, { summary });
  }
  if (judgement === 'alarm') {
    context.metrics.massDenials.inc();
    context.logger.error(
      { missingTasks: reply.missingTasks },
      'recordInfo did not find many tasks at once. No task is declared lost. Check the API key and the account',
    );
  }
  return parked;
}

function observe(
  context: PollDeps,
  { id, poll, permit }: OpenPoll,
  { seen, leastMs = 0, pauseMs, rateLimited }: Observation,
): Promise<ObserveReply> {
  const { ledger, timings } = context;
  const pollDelayMs = Math.max(leastMs, nextDelayMs(context, poll, seen));
  const missingWindowMs = MASS_WINDOW_TIMES_FRESH * timings.freshTaskMs;
  return ledger.observe({
    id,
    taskId: poll.taskId,
    seen,
    pollDelayMs,
    permit,
    callbacksSeen: poll.callbacksSeen,
    missingWindowMs,
    vehicleCheckMs: timings.vehicleCheckMs,
    rateLimited,
    ...(pauseMs === undefined ? {} : { pauseMs }),
  });
}

/**
 * A success without a result is no end: the result may come later. The task is polled with growing pauses, and given up
 * when Kie has reported this for long; `task_stuck` is for tasks without any end.
 */
async function awaitResult(
  context: PollDeps,
  open: OpenPoll,
  answer: Extract<PollAnswer, { kind: 'no_result' }>,
): Promise<JobEnd> {
  if (open.poll.noResultForMs === undefined) noteNoResult(context, answer);
  const reply = await observe(context, open, { seen: 'no_result' });
  if (reply.kind !== 'parked') return { kind: 'complete', result: `nothing to park: ${reply.kind}` };
  const { noResultForMs = 0, polls } = reply;
  if (noResultForMs < context.timings.resultWaitMs) return parkedEnd(context, open, reply);
  return giveUp(context, open, 'result_unreadable', polls, noResultDeadLetter(answer, noResultForMs));
}

/** A callback that came since the poll could not promote the job, which was active. */
function parkedEnd(
  context: PollDeps,
  { id, job, poll }: OpenPoll,
  { delayMs, dueAt }: Extract<ObserveReply, { kind: 'parked' }>,
): JobEnd {
  const { ledger, queues, logger } = context;
  const parked = { id, vehicle: idOf(job), seen: poll.callbacksSeen };
  const afterwards = (): Promise<void> =>
    pullForwardIfCalledBack(ledger, queues, parked).catch((error: unknown) =>
      logger.warn(
        { err: error },
        'pulling a poll forward after a callback failed; the task is polled at its planned time',
      ),
    );
  return { kind: 'delay', delayMs, priority: rankOf(context, poll, delayMs, dueAt), afterwards };
}

/** Polls after a denial stay frequent at first: a fresh task may be unknown for a short while. */
function deny(context: PollDeps, open: OpenPoll, evidence: Evidence): Promise<JobEnd> {
  context.logger.warn({ evidence, ageMs: open.poll.ageMs }, 'recordInfo did not find the task; will poll again');
  return park(context, open, { seen: 'missing' });
}

function failedTransiently(
  context: PollDeps,
  open: OpenPoll,
  answer: Extract<PollAnswer, { kind: 'trouble' }>,
): Promise<JobEnd> {
  context.logger.warn({ reason: answer.reason, evidence: answer.evidence }, 'recordInfo failed; will poll again');
  if (answer.reason === 'transient') return park(context, open, { seen: 'trouble' });
  // Rate limit and wrong key concern every query: all queries pause.
  const rateLimited = answer.reason === 'rate_limited';
  const pauseMs = answer.retryAfterMs ?? (rateLimited ? 1000 : context.timings.pollMinMs);
  return park(context, open, { seen: 'trouble', leastMs: pauseMs, pauseMs, rateLimited });
}

/** @param polls polls so far; another worker's poll since then may have seen the task, or followed another one */
async function giveUp(
  context: PollDeps,
  { id, job, poll }: OpenPoll,
  deadLetterClass: (typeof GIVEN_UP_CLASSES)[number],
  polls: number,
  evidence: Evidence,
): Promise<JobEnd> {
  const { account, logger } = context;
  const asOf = { vehicle: idOf(job), polls };
  const killed = await kill(context, { id, class: deadLetterClass, expected: 'generating', evidence, account, asOf });
  logger.error({ class: deadLetterClass, evidence, next: killed.kind }, 'the worker gave up polling a task');
  if (killed.kind === 'dead') return { kind: 'complete', result: `dead letter ${deadLetterClass}` };
  return { kind: 'delay', delayMs: nextDelayMs(context, poll, 'running') };
}
