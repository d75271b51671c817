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

/** Share of the grace in which `/readyz` says no while requests are still taken, so that a load balancer notices. */
const NOTICE_SHARE = 0.1;
const LONGEST_NOTICE_MS = 2_000;

/**
 * SIGTERM: `/readyz` answers 503 and event streams end; then no connection is accepted and running requests finish,
 * at the latest until the grace is over. SIGINT comes from a person, who needs no load balancer to notice.
 */
export function createShutdown({ app, deps, stop, graceMs }: ShutdownOptions): Ending {
  const { logger } = deps;
  const close = async (noticeMs: number): Promise<true> => {
    await sleep(noticeMs);
    await app.close();
    await closeDeps(deps);
    return true;
  };
  return createEnding(async (reason) => {
    logger.info({ reason }, 'shutting down');
    stop.abort();
    const noticeMs = reason === 'SIGTERM' ? Math.min(graceMs * NOTICE_SHARE, LONGEST_NOTICE_MS) : 0;
    const finished = await Promise.race([close(noticeMs), sleep(graceMs, false, { ref: false })]);
    if (!finished) logger.warn('the grace period is over: what still runs is cut off');
    logger.info('gateway ended');
  });
}

/** Everything that routes use; also after a start that failed. */
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
