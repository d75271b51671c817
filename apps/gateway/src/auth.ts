import type { FastifyInstance, FastifyRequest } from 'fastify';
import { countedAddress, isFromHere, isSameOrigin } from '@kieq/config';
import { ApiError } from './api-error.ts';
import type { Caller } from './caller.ts';
import type { GatewayDeps } from './deps.ts';
import { createKeyring, type Keyring } from './keyring.ts';
import { presentedKey } from './request-parts.ts';
import { WrongKeys } from './wrong-keys.ts';

/** Whoever is on this machine. */
const OPERATOR: Caller = { tenant: undefined };
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Finds out who is calling before a byte of the body is read: by the bearer key, or without keys by the place.
 * Health, the OpenAPI document and its page are open to everybody; unknown addresses are not.
 * Without `settings.keys` only this machine is served.
 */
export function addAuth(app: FastifyInstance, deps: Pick<GatewayDeps, 'settings' | 'metrics'>): void {
  const { keys } = deps.settings;
  const admit = keys === undefined ? admitLoopback : keyAuth(createKeyring(keys), deps);
  app.decorateRequest('caller', null);
  app.addHook('onRequest', (request, _reply, done) => {
    if (!isOpen(request)) request.caller = admit(request);
    done();
  });
}

/** Whether anybody is let in. */
export function isOpen({ routeOptions: { url, config } }: FastifyRequest): boolean {
  return config.open === true || (url !== undefined && /^\/docs(\/|$)/.test(url));
}

/** @throws ApiError `unauthorized`; `rate_limited` while too many wrong keys come from the same address */
function keyAuth(find: Keyring, { settings, metrics }: Pick<GatewayDeps, 'settings' | 'metrics'>) {
  const wrongKeys = new WrongKeys(settings.limits);
  return (request: FastifyRequest): Caller => {
    const key = presentedKey(request);
    if (key === undefined) throw new ApiError('unauthorized', `The key is missing; ${WANTED}.`);
    const caller = find(key);
    const address = countedAddress(request.client);
    const waitS = caller === undefined ? wrongKeys.wrong(address) : wrongKeys.right(address, key, caller.keyId ?? '');
    if (waitS !== undefined) {
      const error = tooManyWrong(waitS);
      metrics.refused(error, 'wrong-keys');
      throw error;
    }
    if (caller === undefined) throw new ApiError('unauthorized', `The key is wrong; ${WANTED}.`);
    return caller;
  };
}

const WANTED = 'send the header Authorization: Bearer <key> with a key of GATEWAY_API_KEYS';

/** The same for a right key: whoever guesses learns nothing. */
function tooManyWrong(retryAfterS: number): ApiError {
  const message = `Too many wrong keys came from this address; try again in ${retryAfterS} s. ${WANTED}.`;
  return new ApiError('rate_limited', message, { retryAfterS });
}

/**
 * A browser on this machine runs pages of strangers, and each generation costs money: a name that was bound to this
 * address (DNS rebinding) and a page of another origin are refused.
 * @throws ApiError `forbidden`
 */
function admitLoopback(request: FastifyRequest): Caller {
  const { headers, method } = request;
  if (!isFromHere(request)) {
    throw new ApiError(
      'forbidden',
      'Without GATEWAY_API_KEYS the gateway answers only to localhost, and to nobody through a proxy.',
    );
  }
  const { host, origin } = headers;
  const isOwn = SAFE_METHODS.has(method) ? isSameOrigin({ host, origin }) : isSameOrigin(headers);
  if (!isOwn) throw new ApiError('forbidden', 'The request comes from a page of another origin.');
  return OPERATOR;
}
