import type { FastifyInstance } from 'fastify';
import type { Logger } from '@kieq/telemetry';
import { z } from 'zod';
import { LOGIN, LOGOUT } from '../paths.ts';
import type { Devices } from './devices.ts';
import { TOO_MANY, type PasswordAuth } from './auth.ts';
import { refuse } from './refuse.ts';
import { COOKIE, type Cookies } from './session-cookie.ts';

const words = z.object({ user: z.string().max(200), password: z.string().max(1000) });

/** `POST /api/login`: user and password for a session; `POST /api/logout` ends it. Without passwords there is neither. */
export function addLoginRoutes(
  app: FastifyInstance,
  auth: PasswordAuth | undefined,
  { devices, cookies, logger }: { readonly devices: Devices; readonly cookies: Cookies; readonly logger: Logger },
): void {
  app.post(LOGIN, async (request, reply) => {
    const given = words.safeParse(request.body);
    if (auth === undefined || !given.success) return refuse(reply, 401, 'Wrong user or password.');
    const result = await auth.tryLogin(request, reply, given.data.user, given.data.password);
    if (result.kind === 'full') {
      reply.header('retry-after', result.retryAfterS);
      return refuse(reply, 429, TOO_MANY);
    }
    if (result.kind === 'wrong') return refuse(reply, 401, 'Wrong user or password.');
    const { session, isNew } = result;
    logger.info({ ip: request.client, user: session.user, role: session.role }, 'a session begins');
    cookies.setSession(request, reply, auth.sessions.begin(session));
    const device = isNew ? await devices.remember(session.user) : undefined;
    if (device !== undefined) cookies.setDevice(request, reply, device);
    return reply.send({ user: session.user, role: session.role });
  });
  app.post(LOGOUT, (request, reply) => {
    const id = request.cookies[COOKIE];
    if (id !== undefined) auth?.sessions.end(id);
    cookies.clearSession(request, reply);
    return reply.send({});
  });
}
