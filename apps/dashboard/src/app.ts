import { fastifyCookie } from '@fastify/cookie';
import { createRedaction } from '@kieq/bull-board/internal';
import { publicPath, type TrustedProxies } from '@kieq/config';
import { fastify, type FastifyInstance } from 'fastify';
import type { Ledger } from '@kieq/ledger';
import { createResultLinks, type Queues } from '@kieq/queue';
import { createThrottle, type Throttle, type RedisClient } from '@kieq/redis';
import type { BlobStore } from '@kieq/storage';
import type { Logger } from '@kieq/telemetry';
import type { Adopter } from './adopter.ts';
import { addActionRoutes } from './action-routes.ts';
import { createBoard } from './board.ts';
import { addClient } from './auth/client.ts';
import { Devices } from './auth/devices.ts';
import { loopbackAuth, passwordAuth } from './auth/auth.ts';
import { addGuard } from './auth/guard.ts';
import type { Login } from './auth/login.ts';
import { addLoginRoutes } from './auth/login-routes.ts';
import { createCookies } from './auth/session-cookie.ts';
import { addGenerationRoutes } from './generation-routes.ts';
import { addHeaders } from './headers.ts';
import { addOverviewRoutes } from './overview/routes.ts';
import { addPages } from './pages.ts';
import { addPosterRoutes } from './poster-routes.ts';
import { BOARD, HEALTH, withoutPrefix } from './paths.ts';
import { addResultRoutes } from './result-routes.ts';

export interface AppOptions {
  readonly queues: Queues;
  /** Fails fast while it is away. */
  readonly redis: RedisClient;
  readonly ledger: Ledger;
  /** Of the pool. */
  readonly prefix: string;
  /** Empty: no password is asked for, so the caller must listen on loopback only. */
  readonly logins: readonly Login[];
  /** Address of the dashboard for browsers; undefined: the root, under the host name of the request. */
  readonly publicUrl?: string | undefined;
  /** Of `TRUSTED_PROXIES`; undefined: what a proxy says of its client is not believed. */
  readonly trustedProxies?: TrustedProxies | undefined;
  /** Default: counted in Redis. */
  readonly throttle?: Throttle;
  /** Values that must not be shown. */
  readonly secrets: readonly string[];
  /** How long the loss of a new vehicle may stay undetected; of the pool's timings. */
  readonly vehicleCheckMs: number;
  /** Proves and binds tasks; undefined where the dashboard has no key of the account. */
  readonly adopter: Adopter | undefined;
  /** Where results are kept; without it there are no posters, and results come by the links that callers get. */
  readonly archive: BlobStore | undefined;
  readonly logger: Logger;
}

/** What may be sent here is a few words. */
const BODY_LIMIT_BYTES = 16_384;

/** The dashboard, ready to listen: our pages and Bull Board behind their guard, and `/healthz`, which says only `ok`. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { queues, redis, ledger, prefix, logins, publicUrl, secrets, logger } = options;
  const path = publicPath(publicUrl);
  const app = fastify({
    logger: false,
    forceCloseConnections: true,
    bodyLimit: BODY_LIMIT_BYTES,
    rewriteUrl: ({ url = '/' }) => withoutPrefix(url, path),
  });
  const redact = createRedaction(secrets);
  addHeaders(app);
  addClient(app, options.trustedProxies);
  await app.register(fastifyCookie);
  const devices = new Devices(redis, prefix);
  const throttle = options.throttle ?? createThrottle({ redis, prefix });
  const auth = logins.length === 0 ? undefined : await passwordAuth(app, { logins, throttle, devices, logger, path });
  addGuard(app, auth?.open ?? loopbackAuth, { publicUrl, logger });
  app.addHook('preSerialization', (_request, _reply, payload, done) => done(null, redact(payload)));
  // After the hooks, so that they hold for unknown addresses too.
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'There is nothing at this address.' }));
  app.get(HEALTH, () => ({ status: 'ok' }));
  addLoginRoutes(app, auth, { devices, cookies: createCookies(publicUrl), logger });
  const source = { ...options, links: createResultLinks({ ledger, store: options.archive }) };
  addOverviewRoutes(app, source);
  addGenerationRoutes(app, source);
  addResultRoutes(app, source);
  addPosterRoutes(app, options);
  addActionRoutes(app, options);
  await addPages(app, path);
  await app.register(createBoard({ queues, ledger, secrets, publicPath: path, prefix, logger }), { prefix: BOARD });
  await app.ready();
  return app;
}
