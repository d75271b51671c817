import { countedAddress } from '@kieq/config';
import { ACCOUNT_RULE, ASKER_RULE, type Throttle, type Subject } from '@kieq/redis';
import type { Logger } from '@kieq/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Devices } from './devices.ts';
import { loginCheck, type Login } from './login.ts';
import { DEVICE_COOKIE } from './session-cookie.ts';
import type { Session } from './sessions.ts';

type LoginResult =
  | {
      readonly kind: 'welcome';
      readonly session: Session;
      /** Whether the browser has to be remembered. */ readonly isNew: boolean;
    }
  | { readonly kind: 'wrong' }
  /** Too many responses are delayed already; the password was not checked. */
  | { readonly kind: 'full'; readonly retryAfterS: number };

/** Checks a user and password. The response is delayed where passwords were guessed before, right or wrong. */
export type TryLogin = (
  request: FastifyRequest,
  reply: FastifyReply,
  user: string,
  password: string,
) => Promise<LoginResult>;

export interface LoginOptions {
  readonly logins: readonly Login[];
  readonly throttle: Throttle;
  readonly devices: Devices;
  readonly logger: Logger;
}

export function createTryLogin({ logins, throttle, devices, logger }: LoginOptions): TryLogin {
  const roleOf = loginCheck(logins);
  return async (request, reply, user, password) => {
    const role = roleOf(user, password);
    const device = request.cookies[DEVICE_COOKIE];
    const isKnown = device !== undefined && (await devices.knows(device, user));
    const subjects = isKnown ? ofDevice(device) : ofStranger(request, user);
    const turn = await throttle.turn(subjects, { isWrong: role === undefined, gone: whenGone(reply) });
    const { client: ip, url } = request;
    if (turn.kind === 'full') {
      if (turn.isNews) logger.warn({ ip, url }, 'login delayed: too many wrong passwords from this address');
      return { kind: 'full', retryAfterS: Math.max(1, Math.ceil(turn.retryAfterMs / 1000)) };
    }
    if (role !== undefined) return { kind: 'welcome', session: { user, role }, isNew: !isKnown };
    logger.warn({ ip, url }, 'a login was refused');
    return { kind: 'wrong' };
  };
}

function ofDevice(id: string): Subject[] {
  return [{ name: `dashboard:device:${id}`, rule: ASKER_RULE }];
}

function ofStranger({ client }: FastifyRequest, user: string): Subject[] {
  return [
    { name: `dashboard:address:${countedAddress(client)}`, rule: ASKER_RULE },
    { name: `dashboard:account:${user}`, rule: ACCOUNT_RULE },
  ];
}

/** Aborted when the connection ends, so that neither the request nor a shutdown waits in vain. */
function whenGone({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  if (raw.destroyed) gone.abort();
  raw.once('close', () => gone.abort());
  return gone.signal;
}
