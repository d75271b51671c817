import { createFleetMetrics, readStatus, type PoolWorker, type Queues, type WorkerMetrics } from '@kieq/queue';
import type { Ledger } from '@kieq/ledger';
import type { RedisClient } from '@kieq/redis';
import { startOpsServer, type Check, type Logger, type Metrics, type OpsServer } from '@kieq/telemetry';

export interface OpsOptions {
  readonly port: number;
  readonly metrics: Metrics;
  readonly workerMetrics: WorkerMetrics;
  readonly redis: RedisClient;
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly pool: PoolWorker;
  readonly logger: Logger;
  readonly isStopping: () => boolean;
}

/** The pool is read at most this often, however many gauges and scrapers ask. */
const FLEET_REFRESH_MS = 2000;

/** `/healthz`: the process lives. `/readyz`: it can take work. `/metrics`: this process and the pool. */
export function openOps(options: OpsOptions): Promise<OpsServer> {
  const { port, metrics, redis, logger, isStopping } = options;
  registerFleet(options);
  const redisCheck = async (): Promise<Check> => {
    const answer = await redis.ping();
    return { name: 'redis', ok: answer === 'PONG', detail: answer };
  };
  return startOpsServer({
    port,
    registry: metrics.registry,
    health: () => Promise.resolve([{ name: 'process', ok: true }]),
    ready: async () => [await redisCheck(), { name: 'taking work', ok: !isStopping() }],
    logger,
  });
}

function registerFleet({ metrics, workerMetrics, ledger, queues, pool, logger }: OpsOptions): void {
  createFleetMetrics(metrics, remember(async () => {
    const active = pool.active();
    workerMetrics.active.set({ queue: 'submit' }, active.submit);
    workerMetrics.active.set({ queue: 'poll' }, active.poll);
    return readStatus(ledger, queues).catch((error: unknown) => {
      logger.warn({ err: error }, 'the pool could not be read for metrics');
      return undefined;
    });
  }));
}

function remember<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let readAt = Number.NEGATIVE_INFINITY;
  let last: Promise<Value> | undefined;
  return () => {
    if (last === undefined || performance.now() - readAt >= FLEET_REFRESH_MS) {
      readAt = performance.now();
      last = read();
    }
    return last;
  };
}
