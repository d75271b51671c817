import { GENERATION_ID } from '@kieq/domain';
import { verifyWebhook } from '@kieq/kie';
import { cached, hashAttemptToken } from '@kieq/queue';
import type { FastifyRequest } from 'fastify';
import { ApiError } from '../api-error.ts';
import type { GatewayDeps } from '../deps.ts';
import { headerValues } from '../request-parts.ts';

/** Until the pool takes callbacks, the ledger is asked whether it does at most once in this time, in ms. */
const OPEN_TTL_MS = 250;
const RETRY_AFTER_S = 2;
/**
 * Header with the task id, sent by `kieq doctor`. It lets the gateway check the signature, which covers the task id,
 * for an unknown address too, before the body is read.
 */
const TASK_HEADER = 'x-kieq-task';

/** Admits a callback by its address alone, before any byte of its body is kept. */
export type CallbackAuth = (request: FastifyRequest, id: string, token: string) => Promise<void>;

/**
 * @returns throws ApiError `not_found` unless an attempt has this id and token, for a wrong id and a wrong token alike;
 * `unauthorized` if the headers show a wrong signature; `unavailable` if too many lookups are running
 */
export function createCallbackAuth(deps: GatewayDeps): CallbackAuth {
  const { ledger, metrics, settings } = deps;
  const ask = cached(() => ledger.callbackAuth.isOpen(), OPEN_TTL_MS);
  let isOpen = settings.takesCallbacks;
  const knows = limited(deps, (id, token) => ledger.callbackAuth.knows(id, hashAttemptToken(token)));
  return async (request, id, token) => {
    refuseForged(deps, request);
    // A pool never stops taking callbacks: existing tasks carry its callback addresses.
    isOpen ||= await ask();
    if (!isOpen) {
      metrics.callbacks.inc({ outcome: 'unknown' });
      // `kieq doctor` recognises "takes no callbacks".
      throw new ApiError('not_found', 'This pool takes no callbacks. Set PUBLIC_URL for the workers to enable them.');
    }
    // The id becomes part of a key in Redis, so only well-formed ids may pass.
    if (GENERATION_ID.test(id) && (await knows(id, token))) return;
    metrics.callbacks.inc({ outcome: 'unknown' });
    throw noSuchAddress();
  };
}

/**
 * The same for every wrong address, so that clients do not learn which generations exist. Kie does not retry after it.
 */
export function noSuchAddress(): ApiError {
  return new ApiError('not_found', 'There is no such address for callbacks.');
}

type Lookup = (id: string, token: string) => Promise<boolean>;

function limited({ metrics, settings }: GatewayDeps, lookUp: Lookup): Lookup {
  let running = 0;
  return async (id, token) => {
    if (running >= settings.limits.callbackLookups) {
      const error = new ApiError('unavailable', 'Too many callbacks are being checked. Send it again later.', {
        retryAfterS: RETRY_AFTER_S,
      });
      metrics.refused(error, 'lookups');
      throw error;
    }
    running += 1;
    try {
      return await lookUp(id, token);
    } finally {
      running -= 1;
    }
  };
}

/** @throws ApiError `unauthorized` */
function refuseForged({ metrics, settings: { kieWebhookHmacKey: key } }: GatewayDeps, request: FastifyRequest): void {
  const [taskId] = headerValues(request, TASK_HEADER);
  if (key === undefined || taskId === undefined) return;
  if (verifyWebhook({ headers: request.headers, key, nowMs: Date.now(), taskId }).ok) return;
  metrics.callbacks.inc({ outcome: 'forged' });
  throw new ApiError('unauthorized', 'The signature is wrong.');
}
