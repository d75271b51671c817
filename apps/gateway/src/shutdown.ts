import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { createEnding, type Ending } from '@kieq/process';
import { closeConnection } from '@kieq/redis';
import type { GatewayDeps } from './deps.ts';

export interface ShutdownOptions {
  readonly app: FastifyInstance;
  readonly deps: GatewayDeps;
  /** Aborted at once: `deps.stopping`. */
  readonly stop: AbortController;
  readonly graceMs: number;
}

/** Share of the grace in which `/readyz` fails while requests are still served, so that load balancers stop sending. */
const DRAIN_SHARE = 0.1;
const LONGEST_DRAIN_MS = 2_000;

/**
 * SIGTERM: `/readyz` answers 503 and event streams end. Then no connection is accepted and running requests finish, at
 * most until the grace is over. SIGINT comes from a terminal, where no load balancer has to react.
 */
export function createShutdown({ app, deps, stop, graceMs }: ShutdownOptions): Ending {
  const { logger } = deps;
  const close = async (drainMs: number): Promise<true> => {
    await sleep(drainMs);
    await app.close();
    await closeDeps(deps);
    return true;
  };
  return createEnding(async (reason) => {
    logger.info({ reason }, 'shutting down');
    stop.abort();
    const drainMs = reason === 'SIGTERM' ? Math.min(graceMs * DRAIN_SHARE, LONGEST_DRAIN_MS) : 0;
    const finished = await Promise.race([close(drainMs), sleep(graceMs, false, { ref: false })]);
    if (!finished)
      logger.warn(
        'Shutdown: the grace period is over; running requests are cut off. Their callers repeat them with the same idempotency key.',
      );
    logger.info('gateway ended');
  });
}

/** Closes everything that the routes use; also after a failed start. */
export async function closeDeps({
  producer,
  queues,
  kie,
  uploads,
  archive,
  tracer,
  redis,
}: GatewayDeps): Promise<void> {
  const stores = [uploads.close(), archive?.close()];
  await Promise.all([producer.close(), queues.close(), kie.close(), ...stores, tracer.close()]);
  await closeConnection(redis);
}
