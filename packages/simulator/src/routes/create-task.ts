import type { FastifyInstance } from 'fastify';
import { arrivalOf } from '../arrivals.ts';
import { pause } from '../clock.ts';
import type { Core } from '../core.ts';
import { decide, takeCreateFault } from '../create.ts';
import { drawRange } from '../distribution.ts';
import { isAuthorised, judge } from '../judge.ts';
import type { Mutable, Submission } from '../records.ts';
import { type ReadBody, readBody } from '../request.ts';
import { deliver, type Wire } from '../transport.ts';

interface Call {
  readonly wire: Wire;
  readonly submission: Mutable<Submission>;
  readonly body: ReadBody;
  readonly isAuthorised: boolean;
}

export function createTaskRoute(app: FastifyInstance, core: Core): void {
  const open = new WeakMap<object, Mutable<Submission>>();
  app.post('/api/v1/jobs/createTask', {
    onRequest: (request, reply, done) => {
      const submission = core.ledger.openSubmission(arrivalOf(request.raw));
      open.set(request.raw, submission);
      followDelivery(core, submission, reply.raw);
      core.events.emit('arrival', submission);
      done();
    },
    handler: async (request, reply) => {
      const submission = open.get(request.raw);
      if (submission === undefined) throw new Error('createTask: no submission was opened');
      reply.hijack();
      const body = readBody(request.body);
      describe(submission, body);
      await handle(core, {
        wire: { raw: reply.raw, prompt: body.prompt, holds: core.holds },
        submission,
        body,
        isAuthorised: isAuthorised(core, request.headers.authorization),
      });
    },
  });
}

function describe(submission: Mutable<Submission>, body: ReadBody): void {
  submission.model = body.model;
  submission.prompt = body.prompt;
  submission.input = body.input;
  submission.callBackUrl = body.callBackUrl;
}

async function handle(core: Core, call: Call): Promise<void> {
  const latency = drawRange(core.options.createLatency, core.random.latency);
  const untilCounted = latency * countingPoint(core);
  await pause(untilCounted);
  const { submission, wire } = call;
  let atMonoMs = untilCounted > 0 ? core.clock.monotonic() : submission.arrivedAtMonoMs;
  let natural = judge(core, call.body, call.isAuthorised, atMonoMs);
  const fault = takeCreateFault(core, submission, natural);
  if (fault?.kind === 'hold' && fault.at === 'before') {
    await wire.holds.wait(wire.prompt, wire.raw);
    if (wire.raw.destroyed) return;
    atMonoMs = core.clock.monotonic();
    natural = judge(core, call.body, call.isAuthorised, atMonoMs);
  }
  const { answer, task } = decide(core, submission, natural, fault, atMonoMs);
  if (task?.callbackFault?.kind === 'early') await core.callbacks.early(task);
  await pause(latency - untilCounted);
  await deliver(wire, answer, fault);
}

/** Where between arrival (0) and answer (1) a POST is counted. */
function countingPoint(core: Core): number {
  switch (core.options.countAt) {
    case 'arrival':
      return 0;
    case 'between':
      return core.random.latency();
    case 'answer':
      return 1;
    default:
      return core.options.countAt satisfies never;
  }
}

function followDelivery(core: Core, submission: Mutable<Submission>, raw: NodeJS.EventEmitter): void {
  let isFinished = false;
  raw.once('finish', () => {
    isFinished = true;
  });
  raw.once('close', () => {
    core.ledger.closeSubmission(submission, isFinished ? 'delivered' : 'lost', core.clock.now());
    core.events.emit('answer', submission);
  });
}
