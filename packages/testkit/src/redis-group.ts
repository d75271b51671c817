import { fileURLToPath } from 'node:url';
import { startLocalRedis, type LocalRedis, type LocalRedisOptions } from '@kieq/local-redis';
import { callRedis, type RedisCall } from './redis-calls.ts';
import { until } from './until.ts';

const CACHE_DIR = fileURLToPath(new URL('../../../.kieq', import.meta.url));
const NAME = 'kieq-test';
const WAIT_MS = 30_000;
/** By default Redis waits 5 s for more replicas before it copies its data. */
const SETTINGS = { 'repl-diskless-sync-delay': '0' };

/** A primary and a replica of it. */
export interface ReplicaPair {
  readonly primary: LocalRedis;
  readonly replica: LocalRedis;
}

/** A pair with a Sentinel that watches over it. `primary` and `replica` follow the failovers made here. */
export interface RedisGroup extends ReplicaPair {
  /** `redis+sentinel://…` */
  readonly url: string;
  /** From now on the replica gets nothing of what the primary acknowledges. */
  cutReplica(): Promise<void>;
  /** Kills the primary; resolves when Sentinel has promoted the replica. */
  failOver(): Promise<void>;
  /** Starts the killed one again, as the replica; without effect when none was killed. */
  heal(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a primary and its replica; resolves when the replica has all data. */
export async function startReplicaPair(options: LocalRedisOptions = {}): Promise<ReplicaPair> {
  const start = (): Promise<LocalRedis> =>
    startLocalRedis({ cacheDir: CACHE_DIR, ...options, settings: { ...SETTINGS, ...options.settings } });
  // One after the other: the first may have to fetch the program.
  const primary = await start();
  const replica = await start();
  await follow(replica, primary);
  return { primary, replica };
}

/** Makes the server a replica, which takes no writes; resolves when it has all data of its primary. */
export async function follow(server: LocalRedis, primary: LocalRedis): Promise<void> {
  await callRedis(server, async (call) => {
    await call('REPLICAOF', '127.0.0.1', primary.port);
    await untilInfo(call, 'replication', /master_link_status:up/);
  });
}

/**
 * Starts a pair and a Sentinel that fails over about 2 s after its primary is gone.
 * @param options of the pair
 * @throws where Redis runs in Docker: they would not reach each other
 */
export async function startRedisGroup(options: LocalRedisOptions = {}): Promise<RedisGroup> {
  const [pair, sentinel] = await Promise.all([
    startReplicaPair(options),
    startLocalRedis({ cacheDir: CACHE_DIR, sentinel: true }),
  ]);
  await watch(sentinel, pair.primary);
  let { primary, replica } = pair;
  let killed: LocalRedis | undefined;
  return {
    url: `redis+sentinel://127.0.0.1:${sentinel.port}/${NAME}`,
    get primary() {
      return primary;
    },
    get replica() {
      return replica;
    },
    async cutReplica() {
      process.kill(replica.pid, 'SIGSTOP');
      await callRedis(primary, async (call) => {
        // What lies in the frozen one's socket would still be read; what is written from now on does not get there.
        await call('CLIENT', 'KILL', 'TYPE', 'replica');
        await untilInfo(call, 'replication', /connected_slaves:0/);
      });
    },
    async failOver() {
      process.kill(primary.pid, 'SIGKILL');
      process.kill(replica.pid, 'SIGCONT');
      const next = replica;
      await callRedis(sentinel, (call) =>
        until(
          () => call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME),
          (address) => Array.isArray(address) && address[1] === String(next.port),
          WAIT_MS,
        ),
      );
      killed = primary;
      [primary, replica] = [next, primary];
    },
    async heal() {
      if (killed === undefined) return;
      await killed.restart();
      await follow(killed, primary);
      killed = undefined;
    },
    async stop() {
      // A frozen one would not hear that it has to end.
      if (killed === undefined) process.kill(replica.pid, 'SIGCONT');
      await Promise.all([primary.stop(), replica.stop(), sentinel.stop()]);
    },
  };
}

/** Resolves when the Sentinel knows primary and replica. */
async function watch(sentinel: LocalRedis, primary: LocalRedis): Promise<void> {
  await callRedis(sentinel, async (call) => {
    // On a busy machine its timer comes late; it would then do nothing for half a minute.
    await call('SENTINEL', 'DEBUG', 'TILT-TRIGGER', 60_000);
    await call('SENTINEL', 'MONITOR', NAME, '127.0.0.1', primary.port, 1);
    await call('SENTINEL', 'SET', NAME, 'down-after-milliseconds', 1000);
    await call('SENTINEL', 'SET', NAME, 'failover-timeout', 4000);
    await until(
      () => call('SENTINEL', 'REPLICAS', NAME),
      (replicas) => Array.isArray(replicas) && JSON.stringify(replicas).includes('"master-link-status","ok"'),
      WAIT_MS,
    );
  });
}

async function untilInfo(call: RedisCall, section: string, pattern: RegExp): Promise<void> {
  await until(
    async () => String(await call('INFO', section)),
    (info) => pattern.test(info),
    WAIT_MS,
  );
}
