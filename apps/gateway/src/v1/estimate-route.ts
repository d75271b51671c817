import { setImmediate } from 'node:timers/promises';
import { estimateOne, priceKinds, totalOf, type EstimatedRequest, type LearnedPrices } from '@kieq/models';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { GatewayDeps } from '../deps.ts';
import { parseCaller } from '../problems.ts';
import { route } from '../routes.ts';
import { modelWarnings } from '../warnings.ts';
import { BATCH_LIMIT } from './create-forms.ts';
import { estimatesSchema } from './model-schemas.ts';

const requestSchema = z.looseObject({
  model: z.string().min(1, 'must not be empty').max(200),
  input: z.record(z.string(), z.unknown()).default({}).describe('Absent fields count as any value'),
});
const manySchema = z.strictObject({ items: z.array(requestSchema).min(1).max(BATCH_LIMIT) });
/** Documents the body: one request, or many. */
const bodyDoc = z
  .union([manySchema, requestSchema])
  .meta({ id: 'EstimateRequest', examples: [{ model: 'kling/v2-1-pro', input: { duration: '5' } }] });

/** `POST /v1/estimate`: what requests will probably cost. Nothing is enqueued. */
export function estimateRoute(app: FastifyInstance, { ledger }: GatewayDeps): void {
  route(app, {
    method: 'POST',
    url: '/v1/estimate',
    schema: {
      operationId: 'estimate',
      summary: 'Estimate the credits of one request, or of many',
      description:
        `By what Kie last billed this pool for such a request (source \`learned\`), else by price lists with a source and a day. ` +
        `\`creditsConsumed\` of the generation is the price. ` +
        `At most ${BATCH_LIMIT} items; nothing is created.`,
      tags: ['models'],
      body: bodyDoc,
      response: { 200: estimatesSchema },
    },
    handler: async ({ body }) => {
      const requests = requestsIn(body);
      // Without Redis the price lists remain.
      const learned = await ledger.read.billedPrices(priceKinds(requests)).catch(() => new Map());
      return answer(requests, learned);
    },
  });
}

/** A union would name no field of a request that is wrong. */
function requestsIn(body: unknown): readonly z.output<typeof requestSchema>[] {
  const isMany = typeof body === 'object' && body !== null && 'items' in body;
  return isMany ? parseCaller(manySchema, body).items : [parseCaller(requestSchema, body)];
}

/** Items that are estimated before other requests get their turn. */
const ITEMS_AT_ONCE = 20;
/** Most warnings of one response: a caller decides how many there are. */
const MOST_WARNINGS = 200;

async function answer(
  requests: readonly z.output<typeof requestSchema>[],
  learned: LearnedPrices,
): Promise<z.output<typeof estimatesSchema>> {
  const items: z.output<typeof estimatesSchema>['items'] = [];
  const estimates: EstimatedRequest[] = [];
  let left = MOST_WARNINGS;
  for (const request of requests) {
    const estimated = estimateOne(request, learned);
    estimates.push(estimated);
    const { estimate, ...item } = estimated;
    const warnings = modelWarnings(request.model, request.input).slice(0, left);
    left -= warnings.length;
    items.push({ ...item, estimate: estimate === null ? null : { ...estimate, notes: [...estimate.notes] }, warnings });
    if (items.length % ITEMS_AT_ONCE === 0) await setImmediate();
  }
  return { items, total: totalOf(estimates) };
}
