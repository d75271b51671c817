import type { DeadLetterClass, OrNewer } from '@kieq/domain';
import { createLedger, type GenerationRecord, type Ledger } from '@kieq/ledger';
import { isManned, type OpenDeadLetter, openDeadLetters, openQueues, type Queues, readWorkforce } from '@kieq/queue';
import { closeConnection, createConnection, failFast, type RedisClient, waitForPool } from '@kieq/redis';
import type { Context } from './context.ts';
import { CliError, EXIT } from './exit.ts';
import { lastSeen } from './text/workers.ts';

/** A connection to the pool of the environment. */
export interface Pool {
  readonly prefix: string;
  readonly ledger: Ledger;
  readonly queues: Queues;
  /** Redis time, by which the ledger's times are written. */
  readonly nowMs: () => Promise<number>;
}

export interface PoolAddress {
  readonly redisUrl: string;
  readonly prefix: string;
}

/** The user waits: an available Redis answers within this time. */
const CONNECT_MS = 2_000;

/**
 * Works on the pool and closes all connections afterwards, so that the process can exit.
 * @throws RedisUnavailableError
 */
export function withPool<Result>(address: PoolAddress, work: (pool: Pool) => Promise<Result>): Promise<Result> {
  return withRedis(address, (redis) => withQueues(redis, address.prefix, work));
}

/**
 * The same for a server that may not suit a pool: opens nothing that writes.
 * @throws RedisUnavailableError
 */
export async function withRedis<Result>(
  { redisUrl, prefix }: PoolAddress,
  work: (redis: RedisClient) => Promise<Result>,
): Promise<Result> {
  const redis = createConnection({ url: redisUrl, role: 'producer', connectionName: 'kieq-cli' });
  try {
    await waitForPool(redis, prefix, CONNECT_MS);
    return await work(redis);
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

/** A generation with one of its open dead letters, and `others` where it has more. */
export interface DeadGeneration {
  readonly record: GenerationRecord;
  readonly deadLetter: OpenDeadLetter;
  readonly others: readonly OpenDeadLetter[];
}

/**
 * @param deadLetterClass its letter of this class; by default its own before the one of its callback, for reading only
 * @throws CliError `not found`, also where the generation has no such open dead letter
 */
export async function deadGenerationOf(
  pool: Pool,
  id: string,
  deadLetterClass?: OrNewer<DeadLetterClass>,
): Promise<DeadGeneration> {
  const record = await generationOf(pool, id);
  const open = openDeadLetters(record);
  const deadLetter = deadLetterClass === undefined ? open[0] : open.find((one) => one.class === deadLetterClass);
  if (deadLetter !== undefined) return { record, deadLetter, others: open.filter((one) => one !== deadLetter) };
  const kind = deadLetterClass === undefined ? '' : ` of class ${deadLetterClass}`;
  throw new CliError(EXIT.notFound, `${id} has no open dead letter${kind}; its state is ${record.state}`);
}

/** Warns that no worker runs: enqueued generations would otherwise seem to be in progress. */
export async function noteMissingWorkers({ out }: Context, { ledger, queues, prefix }: Pool): Promise<void> {
  const workers = await readWorkforce(ledger, queues);
  if (isManned(workers)) return;
  out.note((paint) =>
    paint.warn(
      `No worker is running on the pool ${prefix} (${lastSeen(workers)}); waiting generations stay queued until one runs.`,
    ),
  );
}
