import { fastifyBasicAuth } from '@fastify/basic-auth';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isFromHere } from '@kieq/config';
import type { Logger } from '@kieq/telemetry';
import { LOGIN_PAGE } from '../places.ts';
import { Guesses } from './guesses.ts';
import { loginCheck, type Login } from './login.ts';
import { refuse } from './refuse.ts';
import { Sessions, type Session } from './sessions.ts';
import { COOKIE } from './session-cookie.ts';

/** Says who comes in; undefined when nobody does, and the request has been answered. */
export type Door = (request: FastifyRequest, reply: FastifyReply) => Promise<Session | undefined>;

/** Without a password: whoever is on this machine, under a loopback host name, and through no proxy. */
export const loopbackDoor: Door = (request, reply) => {
  if (isFromHere(request)) return Promise.resolve({ user: 'localhost', role: 'operator' });
  refuse(
    reply,
    403,
    'Without DASHBOARD_USER and DASHBOARD_PASSWORD the dashboard answers only to localhost, and to nobody through a proxy.',
  );
  return Promise.resolve(undefined);
};

/** What the doors with a password share. */
export interface PasswordDoor {
  readonly open: Door;
  readonly sessions: Sessions;
  /** The session of whoever knows these words; the guesses of one address are limited. */
  tryLogin(request: FastifyRequest, user: string, password: string): LoginResult;
}

type LoginResult =
  | { readonly kind: 'welcome'; readonly session: Session }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'wait'; readonly waitMs: number };

/**
 * With a password: a session's cookie, or HTTP basic authentication for curl and scripts.
 * A browser without either is led to the login page.
 */
export async function passwordDoor(
  app: FastifyInstance,
  logins: readonly Login[],
  logger: Logger,
): Promise<PasswordDoor> {
  const clock = (): number => performance.now();
  const sessions = new Sessions(clock);
  const guesses = new Guesses(clock);
  const roleOf = loginCheck(logins);
  const tryLogin = (request: FastifyRequest, user: string, password: string): LoginResult => {
    const waitMs = guesses.waitMs(request.ip);
    if (waitMs > 0) return { kind: 'wait', waitMs };
    const role = roleOf(user, password);
    if (role !== undefined) return { kind: 'welcome', session: { user, role } };
    guesses.note(request.ip);
    logger.warn({ ip: request.ip, url: request.url }, 'a login was refused');
    return { kind: 'wrong' };
  };
  const byBasic = await basicDoor(app, tryLogin);
  const open: Door = async (request, reply) => {
    const cookie = request.cookies[COOKIE];
    const session = cookie === undefined ? undefined : sessions.find(cookie);
    if (session !== undefined) return session;
    if (request.headers.authorization === undefined && isPage(request)) {
      reply.redirect(`${LOGIN_PAGE}?next=${encodeURIComponent(request.url)}`, 303);
      return undefined;
    }
    return byBasic(request, reply);
  };
  return { open, sessions, tryLogin };
}

/** A browser that opens an address; it would show an answer of 401 as an error, or a prompt of its own. */
function isPage({ method, headers }: FastifyRequest): boolean {
  return method === 'GET' && (headers.accept ?? '').includes('text/html');
}

async function basicDoor(app: FastifyInstance, tryLogin: PasswordDoor['tryLogin']): Promise<Door> {
  const found = new WeakMap<FastifyRequest, Session>();
  await app.register(fastifyBasicAuth, {
    authenticate: { realm: 'kieq dashboard' },
    validate: (user, password, request, reply, done) => {
      const result = tryLogin(request, user, password);
      if (result.kind === 'welcome') {
        found.set(request, result.session);
        return done();
      }
      if (result.kind === 'wait') reply.header('retry-after', Math.ceil(result.waitMs / 1000));
      return done(new Error(result.kind === 'wait' ? TOO_MANY : 'Wrong user or password.'));
    },
  });
  return (request, reply) =>
    new Promise((resolve) => {
      app.basicAuth(request, reply, (error) => {
        if (error !== undefined) refuse(reply, error.message === TOO_MANY ? 429 : 401, error.message);
        resolve(found.get(request));
      });
    });
}

export const TOO_MANY = 'Too many wrong logins from your address; wait a little.';
