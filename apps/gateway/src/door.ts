import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isFromHere, isSameOrigin, type GatewayKey } from '@kieq/config';
import { ApiError } from './api-error.ts';
import type { Caller } from './caller.ts';
import { createKeyring } from './keyring.ts';
import { presentedKey } from './request-parts.ts';

/** Whoever is on this machine. */
const OPERATOR: Caller = { tenant: undefined };
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Finds out who is calling before a byte of the body is read: by the bearer key, or without keys by the place.
 * Health, the OpenAPI document and its page are open to everybody; unknown addresses are not.
 * @param keys undefined: only this machine is served
 */
export function addDoor(app: FastifyInstance, keys: readonly GatewayKey[] | undefined): void {
  const admit = keys === undefined ? admitLoopback : keyDoor(keys);
  app.decorateRequest('caller', null);
  app.addHook('onRequest', (request, _reply, done) => {
    if (!isOpen(request)) request.caller = admit(request);
    done();
  });
}

function isOpen({ routeOptions: { url, config } }: FastifyRequest): boolean {
  return config.open === true || (url !== undefined && /^\/docs(\/|$)/.test(url));
}

/** @throws ApiError `unauthorized` */
function keyDoor(keys: readonly GatewayKey[]): (request: FastifyRequest) => Caller {
  const find = createKeyring(keys);
  return (request) => {
    const key = presentedKey(request);
    const caller = key === undefined ? undefined : find(key);
    if (caller !== undefined) return caller;
    const wanted = 'send the header Authorization: Bearer <key> with a key of GATEWAY_API_KEYS';
    throw new ApiError('unauthorized', `${key === undefined ? 'The key is missing' : 'The key is wrong'}; ${wanted}.`);
  };
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
