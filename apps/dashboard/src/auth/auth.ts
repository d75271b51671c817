import { fastifyBasicAuth } from '@fastify/basic-auth';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isFromHere } from '@kieq/config';
import { LOGIN_PAGE } from '../paths.ts';
import { refuse } from './refuse.ts';
import { Sessions, type Session } from './sessions.ts';
import { COOKIE } from './session-cookie.ts';
import { createTryLogin, type LoginOptions, type TryLogin } from './try-login.ts';

/** The session of a request; undefined when it was refused, and the response is already sent. */
export type Auth = (request: FastifyRequest, reply: FastifyReply) => Promise<Session | undefined>;

/** Without a password: requests from this machine, under a loopback host name, and through no proxy. */
export const loopbackAuth: Auth = (request, reply) => {
  if (isFromHere(request)) return Promise.resolve({ user: 'localhost', role: 'operator' });
  refuse(
    reply,
    403,
    'Without DASHBOARD_USER and DASHBOARD_PASSWORD the dashboard answers only requests from localhost, and none through a proxy.',
  );
  return Promise.resolve(undefined);
};

/** What both kinds of password authentication share. */
export interface PasswordAuth {
  readonly open: Auth;
  readonly sessions: Sessions;
  readonly tryLogin: TryLogin;
}

/**
 * With a password: a session's cookie, or HTTP basic authentication for curl and scripts.
 * A browser without either is led to the login page. Guessed passwords never delay an open session.
 */
export async function passwordAuth(
  app: FastifyInstance,
  options: LoginOptions & { /** In front of the path of the login page. */ readonly path: string },
): Promise<PasswordAuth> {
  const sessions = new Sessions(() => performance.now());
  const tryLogin = createTryLogin(options);
  const byBasic = await basicAuth(app, tryLogin);
  const open: Auth = async (request, reply) => {
    const cookie = request.cookies[COOKIE];
    const session = cookie === undefined ? undefined : sessions.find(cookie);
    if (session !== undefined) return session;
    if (request.headers.authorization === undefined && isPage(request)) {
      reply.redirect(`${options.path}${LOGIN_PAGE}?next=${encodeURIComponent(request.url)}`, 303);
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

async function basicAuth(app: FastifyInstance, tryLogin: TryLogin): Promise<Auth> {
  const found = new WeakMap<FastifyRequest, Session>();
  await app.register(fastifyBasicAuth, {
    authenticate: { realm: 'kieq dashboard' },
    validate: async (user, password, request, reply) => {
      const result = await tryLogin(request, reply, user, password);
      if (result.kind === 'welcome') return void found.set(request, result.session);
      if (result.kind === 'full') reply.header('retry-after', result.retryAfterS);
      throw new Error(result.kind === 'full' ? TOO_MANY : 'Wrong user or password.');
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

export const TOO_MANY = 'Too many logins from your address wait for their answer; try again a little later.';
