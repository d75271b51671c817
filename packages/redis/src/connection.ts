import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { backoffMs } from '@kieq/domain';
import {
  describeTarget,
  parseRedisUrl,
  type ClusterTarget,
  type HostPort,
  type RedisTarget,
  type SentinelTarget,
} from './redis-url.ts';

/** A single server (direct or behind Sentinel), or a Cluster. */
export type RedisClient = Redis | Cluster;

/**
 * What the connection is for:
 * - `producer` fails fast: no command waits while Redis is away; one retry; a result within 5 s.
 * - `worker` waits: commands wait until Redis is back, since a worker's results must reach Redis.
 * - `blocking` waits like `worker`, for connections with a blocking command or a subscription.
 */
export type ConnectionRole = 'producer' | 'worker' | 'blocking';

type Location =
  | { readonly url: string }
  | (Omit<SentinelTarget, 'kind' | 'tls' | 'db'> & { readonly tls?: boolean; readonly db?: number })
  | (Omit<ClusterTarget, 'kind' | 'tls' | 'nodes'> & {
      readonly clusterNodes: readonly HostPort[];
      readonly tls?: boolean;
    });

export type ConnectionOptions = Location & {
  readonly role: ConnectionRole;
  /** Shown by CLIENT LIST. */
  readonly connectionName?: string;
  /** More TLS settings, such as `ca`. They apply only where the URL asks for TLS. */
  readonly tlsOptions?: TlsOptions;
  /**
   * Called with every connection error, without secrets. Default: errors are ignored; commands and `waitUntilReady`
   * fail.
   */
  readonly onError?: (error: Error) => void;
  /** Source of jitter, in [0, 1). Default Math.random. */
  readonly random?: () => number;
  /**
   * A connection that receives nothing for this long while a command waits is dead: it is closed and opened again. In
   * ms, longer than any blocking command waits. Default 5000 (producer), 15 000 (worker, blocking).
   */
  readonly silenceMs?: number;
};

/** How long a producer waits for a connection, and for the reply to a command, in ms. */
const PRODUCER_CONNECT_MS = 2_000;
const PRODUCER_COMMAND_MS = 5_000;

/**
 * Nothing else detects half-open connections: TCP repeats unacknowledged bytes for about 15 minutes, and a proxy that
 * acknowledges and drops them is never detected. BullMQ blocks for 10 s at most, WAIT for 5 s.
 */
const SILENCE_MS: Record<ConnectionRole, number> = { producer: 5_000, worker: 15_000, blocking: 15_000 };

const RECONNECT: Record<ConnectionRole, { baseMs: number; capMs: number }> = {
  producer: { baseMs: 50, capMs: 1_000 },
  worker: { baseMs: 100, capMs: 3_000 },
  blocking: { baseMs: 100, capMs: 3_000 },
};

/** ioredis sets the mapping of replies by overload, which exact optional properties do not match. */
type NodeOptions = Omit<RedisOptions, 'replyMapping'>;

const targets = new WeakMap<RedisClient, RedisTarget>();

/**
 * Opens a connection in the background; `waitUntilReady` waits for it.
 * @throws RedisUrlError when the URL cannot be read
 */
export function createConnection(options: ConnectionOptions): RedisClient {
  const target = targetOf(options);
  const client =
    target.kind === 'cluster'
      ? clusterClient(target, options)
      : new Redis({ ...placeOptions(target, options), ...roleOptions(options) });
  targets.set(client, target);
  // The first listener, so that later ones see the error without the password.
  client.on('error', (error: unknown) => {
    const safe = withoutCommand(error);
    options.onError?.(safe);
  });
  quietDuplicates(client);
  return client;
}

/**
 * ioredis prints an error without a listener on the console, in plain text between the lines of a log. BullMQ creates
 * its blocking connections as duplicates and removes its listeners when it closes them, while they may still fail.
 */
function quietDuplicates(client: RedisClient): void {
  if (client instanceof Cluster) {
    const duplicate = client.duplicate.bind(client);
    client.duplicate = (...options) => quiet(duplicate(...options));
  } else {
    const duplicate = client.duplicate.bind(client);
    client.duplicate = (...options) => quiet(duplicate(...options));
  }
}

function quiet<Client extends RedisClient>(client: Client): Client {
  client.on('error', withoutCommand);
  quietDuplicates(client);
  return client;
}

/** The address of a client that `createConnection` made, without its password. */
export function describeClient(client: RedisClient): string {
  const target = targets.get(client);
  return target === undefined ? 'Redis' : describeTarget(target);
}

/** The target of a client that `createConnection` made. */
export function targetOfClient(client: RedisClient): RedisTarget | undefined {
  return targets.get(client);
}

function targetOf(options: ConnectionOptions): RedisTarget {
  if ('url' in options) return parseRedisUrl(options.url);
  if ('clusterNodes' in options) {
    return { kind: 'cluster', tls: options.tls ?? false, nodes: options.clusterNodes, ...login(options) };
  }
  const { sentinels, name, sentinelUsername, sentinelPassword } = options;
  return {
    kind: 'sentinel',
    tls: options.tls ?? false,
    db: options.db ?? 0,
    sentinels,
    name,
    ...login(options),
    ...(sentinelUsername === undefined ? {} : { sentinelUsername }),
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
  };
}

function login({
  username,
  password,
}: {
  readonly username?: string;
  readonly password?: string;
}): Pick<RedisTarget, 'username' | 'password'> {
  return { ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) };
}

function placeOptions(target: Exclude<RedisTarget, ClusterTarget>, options: ConnectionOptions): NodeOptions {
  const { tlsOptions = {} } = options;
  const shared: NodeOptions = { ...login(target), db: target.db, ...(target.tls ? { tls: tlsOptions } : {}) };
  if (target.kind === 'single') return { ...shared, host: target.host, port: target.port };
  const { sentinels, name, sentinelUsername, sentinelPassword } = target;
  return {
    ...shared,
    sentinels: [...sentinels],
    name,
    sentinelUsername,
    sentinelPassword,
    sentinelCommandTimeout: silenceOf(options),
    ...(target.tls ? { enableTLSForSentinelMode: true, sentinelTLS: tlsOptions } : {}),
  };
}

function roleOptions(options: ConnectionOptions): NodeOptions {
  const { role, connectionName } = options;
  const shared: NodeOptions = {
    retryStrategy: reconnectPause(options),
    connectionName,
    keepAlive: 10_000,
    socketTimeout: silenceOf(options),
  };
  if (role !== 'producer') {
    return { ...shared, maxRetriesPerRequest: null, connectTimeout: 10_000, reconnectOnError: leaveReplica };
  }
  return {
    ...shared,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    connectTimeout: PRODUCER_CONNECT_MS,
    reconnectOnError: isReadOnly,
    commandTimeout: PRODUCER_COMMAND_MS,
    // ioredis starts this timer on a closed stream, too, and never clears it: it would delay the end of the process.
    disconnectTimeout: 200,
  };
}

function silenceOf({ role, silenceMs = SILENCE_MS[role] }: ConnectionOptions): number {
  return silenceMs;
}

/** A demoted server replies READONLY: reconnect to find the new primary. The command fails. */
function isReadOnly(error: Error): boolean {
  return error.message.startsWith('READONLY');
}

/** The same, but the command is sent again. */
function leaveReplica(error: Error): false | 2 {
  return isReadOnly(error) ? 2 : false;
}

function clusterClient(target: ClusterTarget, options: ConnectionOptions): Cluster {
  const { retryStrategy: pause, enableOfflineQueue = true, ...node } = roleOptions(options);
  return new Cluster([...target.nodes], {
    enableOfflineQueue,
    clusterRetryStrategy: pause,
    redisOptions: { ...node, ...login(target), ...(target.tls ? { tls: options.tlsOptions ?? {} } : {}) },
  });
}

function reconnectPause({ role, random = Math.random }: ConnectionOptions): (tries: number) => number {
  return (tries) => backoffMs(RECONNECT[role], tries, random);
}

/**
 * ioredis attaches the failed command with its arguments to a reply error: for AUTH and HELLO they contain the
 * password.
 */
function withoutCommand(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if ('command' in error) delete error.command;
  if ('lastNodeError' in error) withoutCommand(error.lastNodeError);
  return error;
}
