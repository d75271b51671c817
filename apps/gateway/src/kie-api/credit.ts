import type { FastifyInstance } from 'fastify';
import { KieError } from '@kieq/kie';
import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { cached } from '@kieq/queue';
import type { GatewayDeps } from '../deps.ts';
import { route } from '../routes.ts';
import { WARNINGS_HEADER } from '../warnings.ts';
import { success, successOf } from './schemas.ts';

/** The gateway reads the balance from Kie at most once in this time, in ms, for all callers together. */
const TTL_MS = 10_000;
const PATIENCE_MS = 5_000;
/** The response to an older balance has a warning. */
const OLD_MS = 15 * 60_000;
const RETRY_AFTER_S = 10;

const balanceSchema = z.number().describe('May be fractional. Up to 10 s old, or older while Kie does not respond');
const responseSchema = successOf('KieCreditResponse', balanceSchema, 1204.5);

/** GET /api/v1/chat/credit (docs/kie/facts.md#other-endpoints): the balance of the pool's account. */
export function creditRoute(app: FastifyInstance, deps: GatewayDeps): void {
  const balance = balanceReader(deps);
  route(app, {
    method: 'GET',
    url: '/api/v1/chat/credit',
    schema: {
      operationId: 'kieGetCredit',
      summary: 'Remaining credits of the account',
      tags: ['kie'],
      response: {
        200: responseSchema,
      },
    },
    handler: async ({ reply }) => {
      const known = await balance();
      // Kie's envelope has no field for the age, and an old balance must not look current.
      if (known.ageMs === null || known.ageMs > OLD_MS) reply.header(WARNINGS_HEADER, oldText(known.ageMs));
      return success(known.balance);
    },
  });
}

interface Known {
  readonly balance: number;
  /** Time since the read; null if unknown. */
  readonly ageMs: number | null;
}

function oldText(ageMs: number | null): string {
  const age = ageMs === null ? 'of unknown age' : `${Math.round(ageMs / 60_000)} min old`;
  return `data is the last known balance, ${age}: Kie does not return the current one`;
}

/**
 * Reads the balance from Kie. While Kie does not return it, the latest balance read by this process or a worker is
 * used. The read needs no permit of the query budget, as in workers: the budget is for tasks.
 */
function balanceReader({ kie, ledger, logger }: GatewayDeps): () => Promise<Known> {
  let last: { readonly balance: number; readonly toldMs: number } | undefined;
  const ask = cached(async () => {
    try {
      last = { balance: await kie.credits({ signal: AbortSignal.timeout(PATIENCE_MS) }), toldMs: performance.now() };
    } catch (error) {
      if (!(error instanceof KieError)) throw error;
      logger.warn({ err: error }, 'The balance could not be read from Kie; the last known one is returned.');
    }
  }, TTL_MS);
  return async () => {
    await ask();
    const own = last === undefined ? undefined : { balance: last.balance, ageMs: performance.now() - last.toldMs };
    if (own !== undefined && own.ageMs <= OLD_MS) return own;
    const known = youngest(own, await workersBalance(ledger));
    if (known !== undefined) return known;
    throw new ApiError(
      'unavailable',
      'The balance is unknown: Kie does not return it, and no worker has read it. Try again.',
      { retryAfterS: RETRY_AFTER_S },
    );
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
