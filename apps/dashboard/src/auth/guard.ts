import type { FastifyInstance } from 'fastify';
import { isSameOrigin } from '@kieq/config';
import type { Logger } from '@kieq/telemetry';
import { FILES, HEALTH, LOGIN, LOGIN_PAGE, LOGOUT } from '../paths.ts';
import { DENIAL, isAllowed, isMutating } from './allowed-routes.ts';
import type { Auth } from './auth.ts';
import { refuse } from './refuse.ts';
import type { Session } from './sessions.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The user of the request; null on public routes. */
    session: Session | null;
  }
}

const FOREIGN =
  'The request comes from a page of another origin. Where a proxy rewrites Host, set DASHBOARD_PUBLIC_URL to the address that browsers use.';

/** Public routes: none reveals anything about the pool. */
const OPEN = new Set<string | undefined>([HEALTH, LOGIN_PAGE, LOGIN, LOGOUT, `${FILES}*`]);

/**
 * Every request but those to the open routes, unknown addresses included, passes in this order: authentication; for what
 * changes something the same origin, the list of routes, and the role.
 */
export function addGuard(
  app: FastifyInstance,
  auth: Auth,
  { publicUrl, logger }: { readonly publicUrl: string | undefined; readonly logger: Logger },
): void {
  app.decorateRequest('session', null);
  app.addHook('onRequest', async (request, reply) => {
    const { method } = request;
    const isOpen = OPEN.has(request.routeOptions.url);
    if (!isOpen) {
      const session = await auth(request, reply);
      if (session === undefined) return reply;
      request.session = session;
    }
    if (!isMutating(method)) return undefined;
    if (!isSameOrigin(request.headers, publicUrl)) return refuse(reply, 403, FOREIGN);
    if (isOpen && method === 'POST') return undefined;
    if (!isAllowed(method, request.routeOptions.url)) return refuse(reply, 403, DENIAL);
    if (request.session?.role !== 'operator') return refuse(reply, 403, 'A viewer may read and change nothing.');
    logger.info({ method, url: request.url, ip: request.client, user: request.session.user }, 'an operator acts');
    return undefined;
  });
}
