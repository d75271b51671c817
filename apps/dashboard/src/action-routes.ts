import { isSameKie } from '@kieq/config';
import { GATE_REASONS, readWord, scaleTimings, type DeadLetterClass, type OrNewer } from '@kieq/domain';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Ledger } from '@kieq/ledger';
import {
  adopt,
  redriveClass,
  redriveOne,
  type Queues,
  type RedriveClassOptions,
  type RedriveResult,
} from '@kieq/queue';
import type { Logger } from '@kieq/telemetry';
import { z } from 'zod';
import type { Adopter } from './adopter.ts';
import { classSchema, classParams, generationParams } from './generation-routes.ts';

export interface ActionOptions {
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly vehicleCheckMs: number;
  readonly adopter: Adopter | undefined;
  readonly logger: Logger;
}

const gateParams = z.object({
  reason: z
    .string()
    .max(100)
    .transform((text) => readWord(GATE_REASONS, text)),
});
const redriveBody = z.strictObject({
  class: classSchema.optional(),
  payAgain: z.boolean().default(false),
  dryRun: z.boolean().default(false),
});
const classBody = z.strictObject({ payAgain: z.boolean().default(false), dryRun: z.boolean().default(false) });
const adoptBody = z.strictObject({ taskId: z.string().min(1).max(200), confirm: z.boolean().default(false) });

/** Dead letters of a class that one click resumes; the rest are counted in `more`. */
const CLASS_LIMIT = 1000;
const SHOWN_REFUSALS = 20;

/** What an operator may do here. The guard has already checked user and origin. */
export function addActionRoutes(app: FastifyInstance, options: ActionOptions): void {
  addRedrive(app, options);
  addAdopt(app, options);
  addGates(app, options);
  app.post('/api/generations/:id/cancel', async (request, reply) => {
    const result = await options.ledger.cancel(generationParams.parse(request.params).id);
    return reply.code(result.kind === 'cancelled' ? 200 : 409).send(answerOf(result));
  });
  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof z.ZodError) return reply.code(400).send({ error: z.prettifyError(error) });
    throw error;
  });
}

function addRedrive(app: FastifyInstance, { ledger, queues, vehicleCheckMs }: ActionOptions): void {
  const base = { ledger, queues, vehicleCheckMs };
  app.post('/api/generations/:id/redrive', async (request, reply) => {
    const { id } = generationParams.parse(request.params);
    const { class: wanted, ...choices } = redriveBody.parse(request.body ?? {});
    const result = await redriveOne({ ...base, ...choices }, id, wanted);
    return answerRedrive(reply, result);
  });
  app.post('/api/dead-letters/:class/redrive', (request) => {
    const { class: wanted } = classParams.parse(request.params);
    return redriveAll({ ...base, ...classBody.parse(request.body ?? {}), limit: CLASS_LIMIT }, wanted);
  });
}

async function redriveAll(options: RedriveClassOptions, wanted: OrNewer<DeadLetterClass>) {
  const results: RedriveResult[] = [];
  for await (const result of redriveClass(options, wanted)) results.push(result);
  const refused = results.filter(({ kind }) => kind === 'not_possible');
  return {
    resumed: results.length - refused.length,
    refused: refused.length,
    refusals: refused.slice(0, SHOWN_REFUSALS),
    more: results.length === CLASS_LIMIT,
  };
}

/** The response fields that this interface has always had. */
function answerOf({ kind, ...rest }: { readonly kind: string }): object {
  return { ok: kind, ...rest };
}

function answerRedrive(reply: FastifyReply, result: RedriveResult): FastifyReply {
  return result.kind === 'not_possible' ? reply.code(409).send({ error: result.reason }) : reply.send(result);
}

function addAdopt(app: FastifyInstance, { ledger, queues, adopter, logger }: ActionOptions): void {
  app.post('/api/generations/:id/adopt', async (request, reply) => {
    const { id } = generationParams.parse(request.params);
    const { taskId, confirm } = adoptBody.parse(request.body ?? {});
    if (adopter === undefined) {
      return reply
        .code(409)
        .send({ error: `The dashboard has no KIE_API_KEY to prove the task with: kieq adopt ${id} ${taskId}` });
    }
    const { accountFingerprint, baseUrl } = await ledger.settings.stored();
    if (accountFingerprint !== adopter.account || !isSameKie(baseUrl ?? '', adopter.baseUrl))
      return reply.code(409).send({ error: "The dashboard's KIE_API_KEY or KIE_BASE_URL is not the pool's." });
    const { kie, timeScale } = adopter;
    const by = `in the dashboard, by ${request.session?.user ?? 'an unnamed user'}`;
    const timings = scaleTimings(timeScale);
    const result = await adopt({ ledger, queues, kie, timings, confirm, by, logger }, id, taskId);
    return result.kind === 'refused' ? reply.code(409).send({ error: result.reason }) : reply.send(result);
  });
}

/** A person may stop all submissions, and open any gate; if its cause stands, the next refusal closes it again. */
function addGates(app: FastifyInstance, { ledger }: ActionOptions): void {
  app.post('/api/gates/:reason/open', (request) =>
    ledger.gates.open(gateParams.parse(request.params).reason).then(answerOf),
  );
  app.post('/api/gates/:reason/close', async (request, reply) => {
    const { reason } = gateParams.parse(request.params);
    if (reason !== 'paused') return reply.code(409).send({ error: 'Only the gate paused is closed by hand.' });
    return answerOf(await ledger.gates.pause(`in the dashboard, by ${request.session?.user ?? 'an unnamed user'}`));
  });
}
