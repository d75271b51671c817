import { createLedger, type GenerationRecord, type Ledger } from '@kieq/ledger';
import { openQueues, type Queues } from '@kieq/queue';
import { closeConnection, createConnection, failFast, waitUntilReady, type RedisClient } from '@kieq/redis';
import { CliError, EXIT } from './exit.ts';

/** A connection to the pool of the environment. */
export interface Pool {
  readonly prefix: string;
  readonly ledger: Ledger;
  readonly queues: Queues;
  /** Redis time, by which the ledger's times are written. */
  readonly nowMs: () => Promise<number>;
}

export interface PoolPlace {
  readonly redisUrl: string;
  readonly prefix: string;
}

/** A person is waiting: one that is there answers within this time. */
const CONNECT_MS = 2_000;

/**
 * Works on the pool and closes all connections afterwards, so that the process ends by itself.
 * @throws RedisUnavailableError
 */
export async function withPool<Result>(
  { redisUrl, prefix }: PoolPlace,
  work: (pool: Pool) => Promise<Result>,
): Promise<Result> {
  const redis = createConnection({ url: redisUrl, role: 'producer', connectionName: 'kieq-cli' });
  try {
    await waitUntilReady(redis, CONNECT_MS);
    return await withQueues(redis, prefix, work);
  } finally {
    await closeConnection(redis);
  }
}

async function withQueues<Result>(
  redis: RedisClient,
  prefix: string,
  work: (pool: Pool) => Promise<Result>,
): Promise<Result> {
  const queues = openQueues(redis, prefix);
  const ledger = createLedger({ redis, prefix });
  const nowMs = async (): Promise<number> => {
    const [seconds = 0, micros = 0] = (await redis.time()).map(Number);
    return seconds * 1000 + Math.floor(micros / 1000);
  };
  try {
    return await failFast(redis, () => work({ prefix, ledger, queues, nowMs }));
  } finally {
    await queues.close().catch(() => undefined);
  }
}

/** @throws CliError `not found` */
export async function generationOf({ ledger, prefix }: Pool, id: string): Promise<GenerationRecord> {
  const record = await ledger.read.generation(id);
  if (record === undefined) throw new CliError(EXIT.notFound, `there is no generation ${id} in the pool ${prefix}`);
  return record;
}

/** @throws CliError `not found`, also where the generation has no open dead letter */
export async function deadGenerationOf(
  pool: Pool,
  id: string,
): Promise<GenerationRecord & Required<Pick<GenerationRecord, 'letter'>>> {
  const record = await generationOf(pool, id);
  const { letter } = record;
  if (letter === undefined)
    throw new CliError(EXIT.notFound, `${id} has no open dead letter; its state is ${record.state}`);
  return { ...record, letter };
}
