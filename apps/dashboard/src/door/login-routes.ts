import type { FastifyInstance } from 'fastify';
import type { Logger } from '@kieq/telemetry';
import { z } from 'zod';
import { LOGIN, LOGOUT } from '../places.ts';
import { TOO_MANY, type PasswordDoor } from './door.ts';
import { refuse } from './refuse.ts';
import { clearSessionCookie, COOKIE, setSessionCookie } from './session-cookie.ts';

const words = z.object({ user: z.string().max(200), password: z.string().max(1000) });

/** `POST /api/login`: user and password for a session; `POST /api/logout` ends it. Without passwords there is neither. */
export function addLoginRoutes(app: FastifyInstance, door: PasswordDoor | undefined, logger: Logger): void {
  app.post(LOGIN, (request, reply) => {
    const given = words.safeParse(request.body);
    if (door === undefined || !given.success) return refuse(reply, 401, 'Wrong user or password.');
    const result = door.tryLogin(request, given.data.user, given.data.password);
    if (result.kind === 'wait') {
      reply.header('retry-after', Math.ceil(result.waitMs / 1000));
      return refuse(reply, 429, TOO_MANY);
    }
    if (result.kind === 'wrong') return refuse(reply, 401, 'Wrong user or password.');
    const { session } = result;
    logger.info({ ip: request.ip, user: session.user, role: session.role }, 'a session begins');
    setSessionCookie(request, reply, door.sessions.begin(session));
    return reply.send({ user: session.user, role: session.role });
  });
  app.post(LOGOUT, (request, reply) => {
    const id = request.cookies[COOKIE];
    if (id !== undefined) door?.sessions.end(id);
    clearSessionCookie(request, reply);
    return reply.send({});
  });
}
