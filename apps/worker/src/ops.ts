import type { Ledger } from '@kieq/ledger';
import {
  createFleetMetrics,
  readFleet,
  WORKED_QUEUES,
  type PoolWorker,
  type Queues,
  type WorkerMetrics,
} from '@kieq/queue';
import { reasonOf, StartRefused } from '@kieq/process';
import type { RedisClient } from '@kieq/redis';
import { startOpsServer, type Check, type Logger, type Metrics, type OpsServer } from '@kieq/telemetry';

export interface OpsOptions {
  readonly host: string;
  readonly port: number;
  readonly metrics: Metrics;
  readonly redis: RedisClient;
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly logger: Logger;
  readonly workerMetrics: Pick<WorkerMetrics, 'active' | 'idleSeconds'>;
  readonly pool: PoolWorker;
  readonly isStopping: () => boolean;
}

/** The pool is read at most this often, however many gauges and scrapers ask. */
const FLEET_REFRESH_MS = 2000;

/**
 * `/healthz`: the process lives. `/readyz`: it can take work. `/metrics`: this process and the pool.
 * @throws StartRefused when the port cannot be had
 */
export async function openOps(options: OpsOptions): Promise<OpsServer> {
  const { host, port, metrics, redis, logger, isStopping } = options;
  registerFleet(options);
  const redisCheck = async (): Promise<Check> => {
    const answer = await redis.ping();
    return { name: 'redis', ok: answer === 'PONG', detail: answer };
  };
  try {
    return await startOpsServer({
      host,
      port,
      registry: metrics.registry,
      health: () => Promise.resolve([{ name: 'process', ok: true }]),
      ready: async () => [await redisCheck(), { name: 'taking work', ok: !isStopping() }],
      logger,
    });
  } catch (error) {
    throw new StartRefused(
      `WORKER_METRICS_HOST and WORKER_METRICS_PORT: the worker cannot listen on ${host}:${port}: ${reasonOf(error)}`,
    );
  }
}

function registerFleet({ metrics, workerMetrics, ledger, queues, logger, pool, redis }: OpsOptions): void {
  createFleetMetrics(
    metrics,
    remember(async () => {
      const [active, idleForMs] = [pool.active(), pool.idleForMs()];
      for (const queue of WORKED_QUEUES) {
        workerMetrics.active.set({ queue }, active[queue]);
        workerMetrics.idleSeconds.set({ queue }, idleForMs[queue] / 1000);
      }
      return readFleet({ ledger, queues, redis }).catch((error: unknown) => {
        logger.warn({ err: error }, 'reading the pool for metrics failed; the metrics keep their last values');
        return undefined;
      });
    }),
  );
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
