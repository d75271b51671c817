import { fastifyBasicAuth } from '@fastify/basic-auth';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isSameOrigin, meansLoopback } from '@kieq/config';
import type { Logger } from '@kieq/telemetry';
import { DENIAL, isAllowed, isMutating } from './allowed-routes.ts';
import { loginCheck, type Login } from './login.ts';

export interface GuardOptions {
  /** Undefined: whoever is on this machine may come in. */
  readonly login: Login | undefined;
  /** The one route that anybody may ask. */
  readonly open: string;
  readonly logger: Logger;
}

/**
 * Every request but those to the open route, files and unknown addresses included, passes in this order:
 * the login, or without one a loopback host name; for what changes something the same origin, and the list of routes.
 */
export async function addGuard(app: FastifyInstance, { login, open, logger }: GuardOptions): Promise<void> {
  const admit = login === undefined ? admitLoopback : await passwordDoor(app, login, logger);
  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.url === open) return undefined;
    if (!(await admit(request, reply))) return reply;
    const { method } = request;
    if (!isMutating(method)) return undefined;
    if (!isSameOrigin(request.headers)) return refuse(reply, 403, 'The request comes from a page of another origin.');
    if (!isAllowed(method, request.routeOptions.url)) return refuse(reply, 403, DENIAL);
    logger.info({ method, url: request.url, ip: request.ip }, 'an operator acts');
    return undefined;
  });
}

/** True when the request may go on; otherwise it has been answered. */
type Door = (request: FastifyRequest, reply: FastifyReply) => Promise<boolean>;

const admitLoopback: Door = (request, reply) => {
  if (meansLoopback(request.headers)) return Promise.resolve(true);
  refuse(reply, 403, 'Without DASHBOARD_USER and DASHBOARD_PASSWORD the dashboard answers only to localhost.');
  return Promise.resolve(false);
};

async function passwordDoor(app: FastifyInstance, login: Login, logger: Logger): Promise<Door> {
  const isRight = loginCheck(login);
  await app.register(fastifyBasicAuth, {
    authenticate: { realm: 'kieq dashboard' },
    validate: (user, password, request, _reply, done) => {
      if (isRight(user, password)) return done();
      logger.warn({ ip: request.ip, url: request.url }, 'a login was refused');
      return done(new Error('Wrong user or password.'));
    },
  });
  return (request, reply) =>
    new Promise((resolve) => {
      app.basicAuth(request, reply, (error) => {
        if (error !== undefined) refuse(reply, 401, error.message);
        resolve(error === undefined);
      });
    });
}

function refuse(reply: FastifyReply, status: 401 | 403, error: string): FastifyReply {
  return reply.code(status).send({ error });
}
