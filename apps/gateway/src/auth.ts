import type { FastifyInstance, FastifyRequest } from 'fastify';
import { countedAddress, isFromHere, isSameOrigin } from '@kieq/config';
import { ApiError } from './api-error.ts';
import type { Caller } from './caller.ts';
import type { GatewayDeps } from './deps.ts';
import { createKeyring, type Keyring } from './keyring.ts';
import { presentedKey } from './request-parts.ts';
import { WrongKeys } from './wrong-keys.ts';

/** Without keys, every client on this machine is an operator. */
const OPERATOR: Caller = { tenant: undefined };
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Authenticates the caller before any byte of the body is read: by the bearer key or, without `settings.keys`, by the
 * address, since only clients on this machine are served then. Health, the OpenAPI document and its page are open to
 * all clients; unknown addresses are not.
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

/** Whether the route needs no authentication. */
export function isOpen({ routeOptions: { url, config } }: FastifyRequest): boolean {
  return config.open === true || (url !== undefined && /^\/docs(\/|$)/.test(url));
}

/** @throws ApiError `unauthorized`; `rate_limited` after too many wrong keys from the same address */
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

/** The same for a right key, so that a client that guesses keys learns nothing. */
function tooManyWrong(retryAfterS: number): ApiError {
  const message = `Too many wrong keys came from this address; try again in ${retryAfterS} s. ${WANTED}.`;
  return new ApiError('rate_limited', message, { retryAfterS });
}

/**
 * Admits clients on this machine. A browser on it also runs pages of other origins, and each generation costs money:
 * such pages are refused, and so are foreign names bound to this address (DNS rebinding).
 * @throws ApiError `forbidden`
 */
function admitLoopback(request: FastifyRequest): Caller {
  const { headers, method } = request;
  if (!isFromHere(request)) {
    throw new ApiError(
      'forbidden',
      'The gateway has no keys, so it accepts only direct connections from localhost. Set GATEWAY_API_KEYS.',
    );
  }
  const { host, origin } = headers;
  const isOwn = SAFE_METHODS.has(method) ? isSameOrigin({ host, origin }) : isSameOrigin(headers);
  if (!isOwn) throw new ApiError('forbidden', 'The request comes from a page of another origin.');
  return OPERATOR;
}
