import type { BaseAdapter } from '@bull-board/api/baseAdapter';
import { createLedger } from '@kieq/ledger';
import { openQueues } from '@kieq/queue';
import { closeConnection, createConnection, waitForPool } from '@kieq/redis';
import type { BoardAction } from './actions.ts';
import { guardedAdapters } from './guarded-adapter.ts';

export interface KieqQueueAdaptersOptions {
  /** `redis://` or `rediss://` URL of the pool; Sentinel and Cluster as `redis+sentinel://…`, `redis+cluster://…`. */
  readonly redis: string;
  /** Key prefix of the pool with its hash tag. Default `{kieq}`. */
  readonly prefix?: string | undefined;
  /** What the board may do. Default: nothing but read. */
  readonly allow?: readonly BoardAction[] | undefined;
  /** Values that must not be shown, such as keys. What looks like a secret is masked anyway. */
  readonly secrets?: readonly string[] | undefined;
  /** The address of the page of a generation, such as that of kieq's dashboard. Default: jobs link to none. */
  readonly pageOf?: ((generation: string) => string) | undefined;
}

export interface KieqQueueAdapters {
  /** One for each queue of the pool, for `createBullBoard({ queues, serverAdapter })`. */
  readonly queues: BaseAdapter[];
  /** Closes the connection to Redis. Never rejects. */
  close(): Promise<void>;
}

/**
 * Opens a pool for a Bull Board, over a connection of its own, which fails fast while Redis is away and is opened again
 * by itself. Reading the board writes nothing into Redis.
 * @throws RedisUrlError where the URL cannot be read, RangeError for a prefix without a hash tag, RedisUnavailableError
 *   where there is no connection within 5 s, RedisClusterError for one node of a Cluster that does not hold the pool
 */
export async function kieqQueueAdapters(options: KieqQueueAdaptersOptions): Promise<KieqQueueAdapters> {
  const { redis: url, prefix = '{kieq}', allow = [], secrets = [], pageOf } = options;
  const redis = createConnection({ url, role: 'producer', connectionName: 'kieq-bull-board' });
  try {
    const ledger = createLedger({ redis, prefix });
    // BullMQ asks for the version of Redis at once.
    await waitForPool(redis, prefix);
    const queues = openQueues(redis, prefix, { skipMetasUpdate: true });
    return {
      queues: guardedAdapters({ queues, ledger, allow, secrets, pageOf }),
      async close() {
        await queues.close().catch(() => undefined);
        await closeConnection(redis);
      },
    };
  } catch (error) {
    await closeConnection(redis);
    throw error;
  }
}
