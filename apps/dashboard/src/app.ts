import { fastify, type FastifyInstance } from 'fastify';
import type { Queues } from '@kieq/queue';
import type { Logger } from '@kieq/telemetry';
import { createBoard } from './board.ts';
import { addGuard } from './guard.ts';
import { addHeaders } from './headers.ts';
import type { Login } from './login.ts';
import { createRedaction } from './redaction.ts';

export interface AppOptions {
  readonly queues: Queues;
  /** Of the pool. */
  readonly prefix: string;
  /** Undefined: no password is asked for, so the caller must listen on loopback only. */
  readonly login: Login | undefined;
  /** Values that must not be shown. */
  readonly secrets: readonly string[];
  readonly logger: Logger;
}

const HEALTH = '/healthz';
/** What may be clicked here carries no body. */
const BODY_LIMIT_BYTES = 16_384;

/** The dashboard, ready to listen: Bull Board behind its guard, and `/healthz`, which says nothing but `ok`. */
export async function createApp({ queues, prefix, login, secrets, logger }: AppOptions): Promise<FastifyInstance> {
  const app = fastify({ logger: false, forceCloseConnections: true, bodyLimit: BODY_LIMIT_BYTES });
  const redact = createRedaction(secrets);
  addHeaders(app);
  await addGuard(app, { login, open: HEALTH, logger });
  app.addHook('preSerialization', (_request, _reply, payload, done) => done(null, redact(payload)));
  // After the hooks, so that they hold for unknown addresses too.
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'There is nothing at this address.' }));
  app.get(HEALTH, () => ({ status: 'ok' }));
  await app.register(createBoard({ queues, prefix, logger }));
  await app.ready();
  return app;
}
