import type { FastifyInstance } from 'fastify';
import { KieError } from '@kieq/kie';
import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { cached } from '@kieq/queue';
import type { GatewayDeps } from '../deps.ts';
import { route } from '../routes.ts';
import { WARNINGS_HEADER } from '../warnings.ts';
import { success, successOf } from './schemas.ts';

/** However many callers ask, Kie is asked once in this time. */
const TTL_MS = 10_000;
const PATIENCE_MS = 5_000;
/** A balance that is older is told as old. */
const OLD_MS = 15 * 60_000;
const RETRY_AFTER_S = 10;

/** GET /api/v1/chat/credit (docs/kie/facts.md#other-endpoints): the balance of the pool's account. */
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
    handler: async ({ reply }) => {
      const known = await balance();
      // Kie's envelope has no place for the age, and an old balance must not pass for the present one.
      if (known.ageMs === null || known.ageMs > OLD_MS) reply.header(WARNINGS_HEADER, oldText(known.ageMs));
      return success(known.balance);
    },
  });
}

interface Known {
  readonly balance: number;
  /** How long ago Kie told it; null where nobody knows. */
  readonly ageMs: number | null;
}

function oldText(ageMs: number | null): string {
  const age = ageMs === null ? 'of an unknown time' : `${Math.round(ageMs / 60_000)} min old`;
  return `data is the last balance that is known, ${age}: Kie cannot be asked for the present one`;
}

/**
 * Asks Kie; while Kie cannot be asked, the youngest balance that it told this process or any worker is given.
 * As with a worker's look at the balance, no permit of the query budget is needed: that is for tasks.
 */
function balanceReader({ kie, ledger, logger }: GatewayDeps): () => Promise<Known> {
  let last: { readonly balance: number; readonly toldMs: number } | undefined;
  const ask = cached(async () => {
    try {
      last = { balance: await kie.credits({ signal: AbortSignal.timeout(PATIENCE_MS) }), toldMs: performance.now() };
    } catch (error) {
      if (!(error instanceof KieError)) throw error;
      logger.warn({ err: error }, 'the balance could not be asked');
    }
  }, TTL_MS);
  return async () => {
    await ask();
    const own = last === undefined ? undefined : { balance: last.balance, ageMs: performance.now() - last.toldMs };
    if (own !== undefined && own.ageMs <= OLD_MS) return own;
    const known = youngest(own, await workersBalance(ledger));
    if (known !== undefined) return known;
    throw new ApiError('unavailable', 'The balance is not known for the moment.', { retryAfterS: RETRY_AFTER_S });
  };
}

async function workersBalance({ read }: GatewayDeps['ledger']): Promise<Known | undefined> {
  const [stats, nowMs] = await Promise.all([read.stats(), read.now()]);
  const { balance, balanceAt } = stats;
  if (balance === undefined) return undefined;
  return { balance, ageMs: balanceAt === undefined ? null : Math.max(0, nowMs - balanceAt) };
}

function youngest(own: Known | undefined, workers: Known | undefined): Known | undefined {
  if (own === undefined || workers === undefined) return own ?? workers;
  return (workers.ageMs ?? Infinity) < (own.ageMs ?? Infinity) ? workers : own;
}
