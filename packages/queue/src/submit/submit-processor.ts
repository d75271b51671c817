import type { Job } from 'bullmq';
import { jobGenerationId } from '@kieq/domain';
import type { Problem } from '@kieq/kie';
import { connectionLosses, type AdmitReply } from '@kieq/ledger';
import { mintAttemptToken, type AttemptToken } from './attempt-token.ts';
import type { WorkerContext } from '../context.ts';
import { deadJobEnd } from '../dead-letters/dead-job.ts';
import type { JobEnd } from '../loop/job-end.ts';
import { traceOf } from '../jobs/job-trace.ts';
import { kill } from '../deliveries/add-delivery.ts';
import { ownGeneration } from '../jobs/own-job.ts';
import { checkSubmitJob, ledgerFields, type CheckedRequest } from '../jobs/payload.ts';
import { endRecordless } from './recordless-job.ts';
import { SendDeadline } from './send-deadline.ts';
import { runAttempt } from './submit-attempt.ts';
import type { Taken } from '../loop/take-loop.ts';
import { passUploads } from './upload-passing.ts';
import { idOf, vehicleId } from '../jobs/vehicles.ts';

/** Added to waits for another attempt's lease, so that the next look finds it over. */
const LEASE_SLACK_MS = 50;

/** Takes a job of `submit`: reads its payload, makes its record if it is new, and asks for admission. */
export async function takeSubmitJob(context: WorkerContext, job: Job): Promise<Taken> {
  const vehicle = idOf(job);
  const named = ownGeneration(job.data, vehicle);
  const early = named === undefined ? undefined : await admit(context, { id: named, vehicle });
  if (named !== undefined && early !== undefined && !needsRequest(early))
    return afterAdmission(context, job, named, early);
  const checked = checkSubmitJob(job.data, { id: vehicle, timestamp: job.timestamp });
  if (!checked.ok) return deadLetterUnreadable(context, job, checked.problems);
  const { generation, request, problems } = checked.value;
  const own = { id: generation, vehicle };
  const first = early !== undefined && generation === named ? early : await admit(context, own);
  if (first.reply.kind === 'stale' && request !== undefined) {
    const conflict = await deadLetterConflict(context, job, request);
    if (conflict !== undefined) return conflict;
  }
  if (first.reply.kind !== 'missing') return afterAdmission(context, job, generation, first);
  if (problems !== undefined) return deadLetterUnreadable(context, job, problems);
  if (request === undefined) return { end: endRecordless(context, job, generation) };
  const created = await createOnTake(context, job, generation, request);
  if (created !== undefined) return created;
  return afterAdmission(context, job, generation, await admit(context, own));
}

/** Without a record the request makes it; of a job that is not the current vehicle the request tells whether it is another's. */
function needsRequest({ reply }: Admission): boolean {
  return reply.kind === 'missing' || reply.kind === 'stale';
}

interface Admission {
  readonly reply: AdmitReply;
  readonly token: AttemptToken;
  readonly sendDeadline: SendDeadline;
  readonly lossesBefore: number;
}

interface Applicant {
  readonly id: string;
  readonly vehicle: string;
  /** It goes by the job of another one, as the ledger asked. */
  readonly instead?: boolean;
}

async function admit({ ledger, timings, account, worker }: WorkerContext, applicant: Applicant): Promise<Admission> {
  const token = mintAttemptToken();
  // Before the call: a process frozen while it waits for Redis must count that time too.
  const sendDeadline = new SendDeadline(timings.sendBeforeMs);
  const lossesBefore = connectionLosses(ledger.redis);
  const { sendBeforeMs, leaseGraceMs, uploadFreshMs } = timings;
  const request = {
    ...applicant,
    tokenHash: token.hash,
    account,
    worker,
    sendBeforeMs,
    leaseGraceMs,
    uploadFreshMs,
  };
  const reply = await ledger.admit(request);
  return { reply, token, sendDeadline, lossesBefore };
}

async function afterAdmission(context: WorkerContext, job: Job, id: string, admission: Admission): Promise<Taken> {
  const { reply, token, sendDeadline, lossesBefore } = admission;
  switch (reply.kind) {
    case 'admitted': {
      const logger = context.logger.child({ generation: id, job: idOf(job), attempt: reply.attempt });
      return {
        work: () => runAttempt({ ...context, logger }, { id, token, sendDeadline, lossesBefore, admitted: reply }),
        slots: reply.slots,
      };
    }
    case 'upload': {
      const { payload, tries, trace } = reply;
      const upload = { id, vehicle: idOf(job), payload, tries };
      const logger = context.logger.child({ generation: id, job: idOf(job) });
      const passing = () => passUploads({ ...context, logger }, upload);
      return { work: () => context.tracer.of(id, trace).span('kieq.upload', { kind: 'client' }, passing) };
    }
    case 'wait':
      return { end: { kind: 'give_back' } };
    case 'instead':
      return submitInstead(context, reply);
    case 'busy':
      return { end: await waitOutLease(context, id, reply.leaseMs) };
    case 'deadline':
      return { end: await exceedDeadline(context, id) };
    case 'wrong_account':
      context.onWrongAccount();
      return { end: { kind: 'give_back' } };
    case 'stale':
      return { end: await endStale(context, job, id, reply.state) };
    case 'missing':
      return { end: { kind: 'fail', reason: 'the record vanished between create and admit' } };
    default:
      return reply satisfies never;
  }
}

/** A job whose stand-in is being passed on already, or failed, waits so long, in ms. */
const INSTEAD_AGAIN_MS = 1000;

const passedBy = new WeakMap<WorkerContext['ledger'], Set<string>>();

/** Whose images this worker is passing on instead of others': no window place is taken meanwhile, so all would do it. */
function passedHere({ ledger }: WorkerContext): Set<string> {
  const known = passedBy.get(ledger) ?? new Set<string>();
  passedBy.set(ledger, known);
  return known;
}

/**
 * The ledger wants to hear what Kie says to another generation first (docs/decisions/0022). It goes under this job, which
 * is given back to the head of its priority afterwards; its own job, wherever it waits, finds it busy or gone on.
 */
async function submitInstead(context: WorkerContext, other: { id: string; vehicle: string }): Promise<Taken> {
  const { id, vehicle } = other;
  const later = (): JobEnd => ({ kind: 'delay', delayMs: INSTEAD_AGAIN_MS });
  const passed = passedHere(context);
  if (passed.has(id)) return { end: later() };
  const { reply, ...admission } = await admit(context, { id, vehicle, instead: true });
  const scoped = { ...context, logger: context.logger.child({ generation: id, job: vehicle }) };
  const giveBack = (): JobEnd => ({ kind: 'give_back' });
  // Its own lease and job see to it; the job that carried it has no part in that.
  const failedTransiently = (error: unknown): JobEnd => {
    scoped.logger.error({ err: error }, 'a generation that went instead of another one could not be submitted');
    return later();
  };
  if (reply.kind === 'admitted') {
    const logger = scoped.logger.child({ attempt: reply.attempt });
    const work = () =>
      runAttempt({ ...context, logger }, { id, ...admission, admitted: reply }).then(giveBack, failedTransiently);
    return { work, slots: reply.slots };
  }
  if (reply.kind === 'upload') {
    const { payload, tries, trace } = reply;
    passed.add(id);
    const passing = () => passUploads(scoped, { id, vehicle, payload, tries }).finally(() => passed.delete(id));
    const span = () => context.tracer.of(id, trace).span('kieq.upload', { kind: 'client' }, passing);
    return { work: () => span().then(giveBack, failedTransiently) };
  }
  // It is in somebody else's hands by now.
  return { end: { kind: 'give_back' } };
}

/** The generation is being submitted under another attempt: never submit, wait for its lease, then call it unknown. */
async function waitOutLease({ ledger, logger }: WorkerContext, id: string, leaseMs: number) {
  if (leaseMs > 0) return { kind: 'delay', delayMs: leaseMs + LEASE_SLACK_MS } as const;
  const expired = await ledger.expire(id);
  if (expired.kind === 'not_yet') return { kind: 'delay', delayMs: expired.leaseMs + LEASE_SLACK_MS } as const;
  // Its worker's refusal came in between: this job is the vehicle again.
  if (expired.kind === 'stale' && expired.state === 'queued') return { kind: 'give_back' } as const;
  logger.warn({ generation: id }, 'the lease of a submission ended without a word from its worker: unknown');
  return { kind: 'complete', result: 'lease over: unknown' } as const;
}

async function exceedDeadline(context: WorkerContext, id: string) {
  const evidence = { summary: 'waited in the queue beyond its deadline' };
  const killed = await kill(context, { id, class: 'deadline_exceeded', expected: 'queued', evidence });
  if (killed.kind === 'dead') return deadJobEnd(id, 'deadline_exceeded', evidence);
  return { kind: 'complete', result: `deadline passed, but ${killed.kind}` } as const;
}

/** Not the current vehicle, or the generation has moved on: ends without acting. On a dead one it tells how to go on. */
async function endStale({ ledger }: WorkerContext, job: Job, id: string, state: string) {
  if (state !== 'dead') return { kind: 'complete', result: `nothing to submit: ${state}` } as const;
  const record = await ledger.read.generation(id);
  const deadLetterClass = record?.deadLetter?.class ?? 'payment_unknown';
  const advice = `Retrying the job changes nothing. To resume: kieq dlq redrive ${id} --class ${deadLetterClass}`;
  await job.log(advice);
  return deadJobEnd(id, deadLetterClass, record?.deadLetter?.evidence ?? {});
}

/**
 * A job with a request, without a record. First take: another BullMQ client, or a producer whose `create` was lost; its
 * record is made now. Started before: the record is gone, a task may exist, so it is never submitted.
 */
async function createOnTake(
  context: WorkerContext,
  job: Job,
  id: string,
  request: CheckedRequest,
): Promise<Taken | undefined> {
  const { ledger, timings } = context;
  if (job.attemptsStarted > 1) return deadLetterRecordless(context, job, id, request);
  // Another client's job may carry its delay in the payload only.
  const delayMs = request.delayMs === 0 ? 0 : Math.max(0, job.timestamp + request.delayMs - Date.now());
  const trace = traceOf(job);
  const { vehicleCheckMs } = timings;
  const fields = { ...ledgerFields(request), ...(trace === undefined ? {} : { trace }) };
  const taken = { ...fields, delayMs, vehicle: idOf(job), vehicleCheckMs };
  const created = await ledger.create(taken);
  if (created.kind === 'conflict') return deadLetterUnreadable(context, job, [conflictProblem(id)]);
  return created.kind === 'created' && delayMs > 0 ? { end: { kind: 'delay', delayMs } } : undefined;
}

/** Another client used the key of an existing generation for another request. The producer has told its caller already. */
async function deadLetterConflict(
  context: WorkerContext,
  job: Job,
  request: CheckedRequest,
): Promise<Taken | undefined> {
  if (idOf(job) === vehicleId(request.id, 1)) return undefined;
  const { vehicleCheckMs } = context.timings;
  const created = await context.ledger.create({ ...ledgerFields(request), vehicle: idOf(job), vehicleCheckMs });
  return created.kind === 'conflict' ? deadLetterUnreadable(context, job, [conflictProblem(request.id)]) : undefined;
}

function conflictProblem(id: string): Problem {
  return { field: 'idempotencyKey', rule: 'must not be used for another request', received: id };
}

async function deadLetterRecordless(
  context: WorkerContext,
  job: Job,
  id: string,
  request: CheckedRequest,
): Promise<Taken> {
  const evidence = {
    summary: `job ${idOf(job)} was started ${job.attemptsStarted} times, but its ledger record is gone`,
  };
  await kill(context, { id, class: 'record_missing', evidence, vehicle: idOf(job), ...knownOf(job, request) });
  context.logger.error({ generation: id, job: idOf(job) }, evidence.summary);
  return { end: deadJobEnd(id, 'record_missing', evidence) };
}

/** All that its caller chose: should it be paid again, it goes on as it was. */
function knownOf(job: Job, request: CheckedRequest) {
  const { payload, hash, tenant, model, priority, deadlineMs, callback, uploads } = request;
  const trace = traceOf(job);
  return {
    payload,
    hash,
    tenant,
    model,
    priority,
    callback,
    uploads,
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
    ...(trace === undefined ? {} : { trace }),
  };
}

/** For people, and never a payload that redrive could submit; nested too deep to be written again it is only named. */
function unreadableText(data: unknown): string {
  try {
    return JSON.stringify({ unreadable: data });
  } catch {
    return JSON.stringify({ unreadable: typeof data });
  }
}

async function deadLetterUnreadable(context: WorkerContext, job: Job, problems: readonly Problem[]): Promise<Taken> {
  const id = jobGenerationId('unreadable', idOf(job), job.timestamp);
  const summary = problems
    .map(({ field, rule, received }) => `${field} ${rule}, received ${received}`)
    .join('; ')
    .slice(0, 500);
  const payload = unreadableText(job.data).slice(0, 10_000);
  await context.ledger.kill({ id, class: 'invalid_request', evidence: { summary }, vehicle: idOf(job), payload });
  context.logger.warn({ generation: id, job: idOf(job), problems: summary }, 'a job has an invalid payload');
  return { end: deadJobEnd(id, 'invalid_request', { summary }) };
}
