import type { Core } from './core.ts';
import { type Answer, failure, success } from './envelope.ts';
import { fateOf } from './fate.ts';
import type { CreateFault } from './faults.ts';
import type { Judgement } from './judge.ts';
import type { Mutable, Submission } from './records.ts';
import type { LiveTask } from './tasks.ts';
import { substitute } from './transport.ts';

type Creation = Extract<Judgement, { kind: 'create' }>;

const REFUSING: ReadonlySet<CreateFault['kind']> = new Set(['status429', 'envelope429', 'status402', 'envelope402']);

/** What a fault leaves of the creation: it goes on, is refused with an envelope, or never happens. */
function effectOf(fault: CreateFault): 'create' | 'refuse' | 'nothing' {
  if (REFUSING.has(fault.kind)) return 'refuse';
  if (fault.kind === 'cutBefore' || fault.kind === 'hangBefore') return 'nothing';
  if (!('created' in fault) || fault.created) return 'create';
  return fault.kind === 'code' ? 'refuse' : 'nothing';
}

/** Returns the fault for a POST. A fault of a created task applies only to a request that Kie would accept. */
export function takeCreateFault(core: Core, submission: Submission, natural: Judgement): CreateFault | undefined {
  const isAcceptable = natural.kind === 'create';
  const fits = (fault: CreateFault): boolean => isAcceptable || effectOf(fault) !== 'create';
  return core.faults.take('createTask', submission, fits);
}

export interface Outcome {
  readonly answer: Answer;
  readonly task: LiveTask | undefined;
}

/** Carries out the decision at the moment it counts: creates or refuses, and writes it into the ledger. */
export function decide(
  core: Core,
  submission: Mutable<Submission>,
  natural: Judgement,
  fault: CreateFault | undefined,
  atMonoMs: number,
): Outcome {
  const effect = fault === undefined ? 'create' : effectOf(fault);
  submission.fault = fault?.kind;
  if (effect === 'create' && natural.kind === 'create') {
    core.submitWindow.count(atMonoMs);
    return created(core, submission, natural, fault);
  }
  if (core.options.countRefused) core.submitWindow.count(atMonoMs);
  if (effect !== 'nothing') {
    submission.decision = 'refused';
    core.ledger.counts.refused += 1;
  }
  const answer = refusal(core, natural, fault);
  submission.code = codeIn(answer);
  core.events.emit('submission', submission);
  return { answer, task: undefined };
}

function refusal(core: Core, natural: Judgement, fault: CreateFault | undefined): Answer {
  const style = core.options.errorStyle;
  if (fault?.kind === 'noTaskId') return success({});
  const other = fault === undefined ? undefined : substitute(fault, style);
  if (other !== undefined) return other;
  return natural.kind === 'refuse' ? failure(natural.code, natural.msg, style) : success(null);
}

function created(
  core: Core,
  submission: Mutable<Submission>,
  creation: Creation,
  fault: CreateFault | undefined,
): Outcome {
  const task = createTask(core, submission, creation);
  submission.decision = 'created';
  submission.taskId = task.taskId;
  submission.priceCredits = task.credits;
  const answer = creationAnswer(core, task, fault);
  submission.code = codeIn(answer);
  core.events.emit('submission', submission);
  core.events.emit('created', task);
  if (task.request.callBackUrl !== undefined) core.callbacks.created(task);
  return { answer, task };
}

function createTask(core: Core, submission: Submission, creation: Creation): LiveTask {
  const { prompt } = submission;
  core.calls.task += 1;
  const taskFault = core.faults.take('task', { call: core.calls.task, prompt });
  const hasCallback = creation.request.callBackUrl !== undefined;
  if (hasCallback) core.calls.callback += 1;
  return core.tasks.create({
    request: creation.request,
    prompt,
    credits: creation.credits,
    submission: submission.call,
    fate: fateOf(core.options, core.random, taskFault),
    callbackFault: hasCallback ? core.faults.take('callback', { call: core.calls.callback, prompt }) : undefined,
  });
}

function creationAnswer(core: Core, task: LiveTask, fault: CreateFault | undefined): Answer {
  const { taskId } = task;
  const data = core.options.recordId ? { taskId, recordId: taskId } : { taskId };
  if (fault === undefined) return success(data);
  if (fault.kind === 'noTaskId') return success({});
  if (fault.kind === 'errorWithTaskId') {
    const answer = failure(fault.code, fault.msg, core.options.errorStyle);
    const envelope = { code: fault.code, msg: fault.msg ?? 'error', data };
    return { ...answer, body: JSON.stringify(envelope) };
  }
  return substitute(fault, core.options.errorStyle) ?? success(data);
}

/** The code in an envelope; undefined for pages, redirects and broken bodies. */
export function codeIn(answer: Answer): number | undefined {
  const found = /^\{"code":(\d+),/u.exec(String(answer.body));
  return found === null ? undefined : Number(found[1]);
}
