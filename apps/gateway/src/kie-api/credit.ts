import type { FastifyInstance } from 'fastify';
import { KieError } from '@kieq/kie';
import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { cached } from '@kieq/queue';
import type { GatewayDeps } from '../deps.ts';
import { route } from '../routes.ts';
import { success, successOf } from './schemas.ts';

/** However many callers ask, Kie is asked once in this time. */
const TTL_MS = 10_000;
const PATIENCE_MS = 5_000;
const RETRY_AFTER_S = 10;

/** GET /api/v1/chat/credit (KIE-FACTS.md, Other endpoints): the balance of the pool's account. */
export function creditRoute(app: FastifyInstance, deps: GatewayDeps): void {
  const balance = balanceReader(deps);
  route(app, {
    method: 'GET',
    url: '/api/v1/chat/credit',
    schema: {
      summary: 'Remaining credits of the account',
      tags: ['kie'],
      response: { 200: successOf(z.number().describe('May be fractional; up to 10 s old, older while Kie is away')) },
    },
    handler: async () => success(await balance()),
  });
}

/**
 * Asks Kie; while Kie cannot be asked, the last balance that it told this process or any worker is given.
 * As with a worker's look at the balance, no permit of the query budget is needed: that is for tasks.
 */
function balanceReader({ kie, ledger, logger }: GatewayDeps): () => Promise<number> {
  let last: number | undefined;
  const ask = cached(async () => {
    try {
      last = await kie.credits({ signal: AbortSignal.timeout(PATIENCE_MS) });
    } catch (error) {
      if (!(error instanceof KieError)) throw error;
      logger.warn({ err: error }, 'the balance could not be asked');
    }
  }, TTL_MS);
  return async () => {
    await ask();
    const known = last ?? (await ledger.read.stats())['balance'];
    if (known !== undefined) return known;
    throw new ApiError('unavailable', 'The balance is not known for the moment.', { retryAfterS: RETRY_AFTER_S });
  };
}
