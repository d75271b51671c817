import { GENERATION_ID } from '@kieq/domain';
import { verifyWebhook } from '@kieq/kie';
import { cached, hashAttemptToken } from '@kieq/queue';
import type { FastifyRequest } from 'fastify';
import { ApiError } from '../api-error.ts';
import type { GatewayDeps } from '../deps.ts';
import { headerValues } from '../request-parts.ts';

/** However many callbacks come, the ledger is asked once in this time whether the pool takes any, until it does. */
const OPEN_TTL_MS = 250;
const RETRY_AFTER_S = 2;
/**
 * Names the task of the body, for `kieq doctor`: the signature covers it, and an address that nobody has is refused
 * before the body is read.
 */
const TASK_HEADER = 'x-kieq-task';

/** Judges a callback by its address alone, before a byte of its body is kept. */
export type CallbackAuth = (request: FastifyRequest, id: string, token: string) => Promise<void>;

/**
 * @returns throws ApiError `not_found` unless an attempt has this id and token, whichever of them is wrong;
 * `unauthorized` where the head already shows a wrong signature; `unavailable` when too many are looked up at once
 */
export function createCallbackAuth(deps: GatewayDeps): CallbackAuth {
  const { ledger, metrics, settings } = deps;
  const ask = cached(() => ledger.callbackAuth.isOpen(), OPEN_TTL_MS);
  let isOpen = settings.takesCallbacks;
  const knows = limited(deps, (id, token) => ledger.callbackAuth.knows(id, hashAttemptToken(token)));
  return async (request, id, token) => {
    refuseForged(deps, request);
    // A pool that takes them goes on doing so: tasks carry the addresses that they were given.
    isOpen ||= await ask();
    if (!isOpen) {
      metrics.callbacks.inc({ outcome: 'unknown' });
      throw new ApiError('not_found', 'This pool takes no callbacks: no worker has run with PUBLIC_URL.');
    }
    // What is no id names nothing, and never becomes part of a key.
    if (GENERATION_ID.test(id) && (await knows(id, token))) return;
    metrics.callbacks.inc({ outcome: 'unknown' });
    throw noSuchAddress();
  };
}

/** The same for every wrong address: nobody learns which generations exist. Kie does not try again after it. */
export function noSuchAddress(): ApiError {
  return new ApiError('not_found', 'There is no such address for callbacks.');
}

type Lookup = (id: string, token: string) => Promise<boolean>;

function limited({ metrics, settings }: GatewayDeps, look: Lookup): Lookup {
  let running = 0;
  return async (id, token) => {
    if (running >= settings.limits.callbackLookups) {
      const error = new ApiError('unavailable', 'too many callbacks at once', { retryAfterS: RETRY_AFTER_S });
      metrics.refused(error, 'lookups');
      throw error;
    }
    running += 1;
    try {
      return await look(id, token);
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
