import type { FastifyInstance } from 'fastify';
import { arrivalOf } from '../arrivals.ts';
import { pause } from '../clock.ts';
import type { Core } from '../core.ts';
import { codeIn } from '../create.ts';
import { drawRange } from '../distribution.ts';
import { type Answer, failure, success } from '../envelope.ts';
import type { QueryFault } from '../faults.ts';
import { isAuthorised } from '../judge.ts';
import { recordOf } from '../record.ts';
import type { Mutable, Query } from '../records.ts';
import type { LiveTask } from '../tasks.ts';
import { deliver, substitute, type Wire } from '../transport.ts';

interface QueryString {
  readonly taskId?: string | string[];
}

export function recordInfoRoute(app: FastifyInstance, core: Core): void {
  app.get<{ Querystring: QueryString }>('/api/v1/jobs/recordInfo', async (request, reply) => {
    const { taskId } = request.query;
    const query = core.ledger.openQuery(arrivalOf(request.raw), typeof taskId === 'string' ? taskId : '');
    reply.hijack();
    reply.raw.once('finish', () => {
      query.delivery = 'delivered';
    });
    reply.raw.once('close', () => {
      if (query.delivery === 'pending') query.delivery = 'lost';
    });
    const early = refusal(core, query, isAuthorised(core, request.headers.authorization));
    await pause(drawRange(core.options.queryLatency, core.random.latency));
    await answer(core, query, early, reply.raw);
  });
}

/** 401 and 429, decided at arrival. */
function refusal(core: Core, query: Query, authorised: boolean): Answer | undefined {
  const { errorStyle, queryLimit } = core.options;
  if (!authorised) return failure(401, undefined, errorStyle);
  if (queryLimit === null) return undefined;
  const at = query.arrivedAtMonoMs;
  if (core.queryWindow.used(at, queryLimit.windowMs) >= queryLimit.limit) {
    return failure(429, undefined, errorStyle);
  }
  core.queryWindow.count(at);
  return undefined;
}

async function answer(core: Core, query: Mutable<Query>, early: Answer | undefined, raw: Wire['raw']): Promise<void> {
  const task = core.tasks.find(query.taskId);
  const prompt = task?.prompt ?? '';
  const wire: Wire = { raw, prompt, holds: core.holds };
  const fault = core.faults.take('recordInfo', { call: query.call, prompt });
  if (fault?.kind === 'hold' && fault.at === 'before') await wire.holds.wait(prompt, raw);
  if (fault !== undefined && task !== undefined) strike(core, task, fault);
  const reply = (fault && substitute(fault, core.options.errorStyle)) ?? early ?? answerOf(core, query, task, fault);
  query.code = codeIn(reply);
  core.events.emit('query', query);
  await deliver(wire, reply, fault);
}

/** What a fault does to the task itself. */
function strike(core: Core, task: LiveTask, fault: QueryFault): void {
  if (fault.kind === 'stuck') core.tasks.stall(task);
  if (fault.kind === 'fail') {
    core.tasks.finish(task, { failCode: fault.failCode, failMsg: fault.failMsg });
  }
  if (fault.kind === 'code408' || fault.kind === 'code501') {
    core.tasks.finish(task, { failCode: fault.kind.slice(4), failMsg: 'Generation failed' });
    if (task.status === 'fail') task.terminalCode = fault.kind === 'code408' ? 408 : 501;
  }
}

function answerOf(
  core: Core,
  query: Mutable<Query>,
  task: LiveTask | undefined,
  fault: QueryFault | undefined,
): Answer {
  const { options } = core;
  const now = core.clock.now();
  const isUnknown = task === undefined || now - task.createTimeMs < task.fate.unknownForMs;
  if (isUnknown || fault?.kind === 'notFound') {
    return failure(422, 'recordInfo is null', options.errorStyle);
  }
  if (task.terminalCode !== undefined) {
    return failure(task.terminalCode, undefined, options.errorStyle);
  }
  const record = recordOf(task, options, core.origin, now);
  const state = fault?.kind === 'state' ? fault.word : record.state;
  query.state = state;
  if (fault?.kind === 'result' && state === 'success') {
    return success({ ...record, state, resultJson: fault.resultJson, ...fault.more });
  }
  return success({ ...record, state });
}
