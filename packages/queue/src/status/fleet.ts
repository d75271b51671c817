import type { DeadLetterClass, GenerationState, OrNewer } from '@kieq/domain';
import type { Ledger } from '@kieq/ledger';
import { readUsage, type RedisClient, type RedisUsage } from '@kieq/redis';
import type { QueueName, Queues } from '../jobs/catalogue.ts';
import { oldestWaiting } from './oldest-waiting.ts';
import { readStatus, type PoolStatus } from './status.ts';

export interface FleetSource {
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly redis: RedisClient;
}

/** What the pool's metrics are made of. Ages are ms until now; null: there is none. */
export interface Fleet {
  readonly status: PoolStatus;
  /** Epoch ms by Redis' clock. */
  readonly atMs: number;
  /** Longest time that a runnable job of the queue has waited. */
  readonly waitingMs: ReadonlyMap<QueueName, number | null>;
  /** How long the generation that entered the state first has been in it. */
  readonly inStateMs: ReadonlyMap<OpenState, number | null>;
  /** Age of the oldest open dead letter. */
  readonly deadLetterMs: ReadonlyMap<OrNewer<DeadLetterClass>, number | null>;
  readonly server: RedisUsage;
}

/** Those in which a generation stays only for as long as something is being done about it. */
const OPEN_STATES = ['submitting', 'unknown', 'generating', 'archiving'] as const satisfies readonly GenerationState[];
type OpenState = (typeof OPEN_STATES)[number];

/** Reads the pool for metrics. What it costs does not grow with the ledger: counts, and the heads of indexes. */
export async function readFleet({ ledger, queues, redis }: FleetSource): Promise<Fleet> {
  const atMs = await ledger.read.now();
  const age = (since: number | null | undefined): number | null =>
    since === null || since === undefined ? null : Math.max(0, atMs - since);
  const [status, server, waiting, inState, deadLetters] = await Promise.all([
    readStatus(ledger, queues),
    readUsage(redis),
    oldestWaiting({ ledger, queues }, atMs),
    ofEach(OPEN_STATES, async (state) =>
      age((await ledger.read.listState(state, { limit: 1, newestFirst: false })).items[0]?.at),
    ),
    ofEach(await ledger.read.deadLetterClasses(), async (deadLetterClass) =>
      age((await ledger.read.readDeadLetters(deadLetterClass, { limit: 1 })).items[0]?.at),
    ),
  ]);
  const waitingMs = new Map(waiting.map(({ name, oldestMs }) => [name, age(oldestMs)]));
  return { status, atMs, waitingMs, inStateMs: inState, deadLetterMs: deadLetters, server };
}

async function ofEach<Name, Value>(names: readonly Name[], read: (name: Name) => Promise<Value>) {
  return new Map(await Promise.all(names.map(async (name): Promise<[Name, Value]> => [name, await read(name)])));
}
