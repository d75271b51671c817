import { quantile } from '@kieq/domain';
import type { IntentDurability } from '@kieq/config';
import { durabilityProblem } from '@kieq/ledger';
import {
  describeRedisUrl,
  type MissingRight,
  missingRights,
  preflight,
  readUsage,
  type RedisClient,
  type RedisFinding,
  RedisPreflightError,
  type RedisUsage,
  type ServerFacts,
} from '@kieq/redis';
import { type Finding, ok, problem, warning } from './finding.ts';

const MEMORY_WARNING = 0.75;
const MEMORY_PROBLEM = 0.9;
const PINGS = 20;
/** A submission makes about five round trips, one after the other. */
const SLOW_MS = 10;

/** Version, policy, persistence, memory and role of the server behind `REDIS_URL`. */
export async function checkRedis(
  redis: RedisClient,
  redisUrl: string,
  durability: IntentDurability | undefined,
  prefix: string,
): Promise<Finding[]> {
  const [fitness, usage, role, missing] = await Promise.all([
    fitnessOf(redis, redisUrl, durability),
    readUsage(redis),
    roleOf(redis),
    missingRights(redis, prefix),
  ]);
  return [...fitness, ...rightsFindings(missing), ...usageFindings(usage), ...roleFindings(role, durability)];
}

async function fitnessOf(
  redis: RedisClient,
  redisUrl: string,
  durability: IntentDurability | undefined,
): Promise<Finding[]> {
  try {
    const { servers, warnings } = await preflight(redis);
    const facts = servers.map(({ flavour, version, aofEnabled }) => {
      const aof = aofEnabled === undefined ? 'appendonly unknown' : `appendonly ${aofEnabled ? 'yes' : 'no'}`;
      return `${flavour} ${version}, ${aof}`;
    });
    const found = warnings.map((one) => warning('redis', textOf(one), one.fix));
    const seen = ok('redis', `${describeRedisUrl(redisUrl)}: ${[...new Set(facts)].join('; ')}`);
    return [seen, ...found, ...unconfirmable(durability, redis.isCluster, servers)];
  } catch (error) {
    if (!(error instanceof RedisPreflightError)) throw error;
    return error.problems.map((one) => problem('redis', textOf(one), one.fix));
  }
}

const RIGHTS_FIX = 'Give the user the rules of docs/operations/redis.md, Rights in Redis.';

/** No finding if nothing is missing, or if the server does not say. */
function rightsFindings(missing: readonly MissingRight[] | undefined): Finding[] {
  if (missing === undefined || missing.length === 0) return [];
  const names = missing.map(({ command }) => command).join(', ');
  return [problem('redis', `the user of REDIS_URL may not run ${names} (${missing[0]?.reason ?? ''})`, RIGHTS_FIX)];
}

/** The same rule by which a worker refuses to start. */
function unconfirmable(
  durability: IntentDurability = { kind: 'none' },
  isCluster: boolean,
  servers: readonly ServerFacts[],
): Finding[] {
  const reason = durabilityProblem(durability, isCluster, servers);
  if (reason === undefined) return [];
  const message = `intentDurability is ${durability.kind}, and a worker refuses to start: ${reason}`;
  return [problem('redis', message, 'Fix Redis, or: kieq config set intentDurability none, then restart.')];
}

function textOf({ field, rule, received }: RedisFinding): string {
  return `${field} ${rule}; it is ${received}`;
}

function usageFindings({ usedBytes, limitBytes, isPersistenceFailing }: RedisUsage): Finding[] {
  const found: Finding[] = [];
  const used = limitBytes === 0 ? 0 : usedBytes / limitBytes;
  if (used >= MEMORY_WARNING) {
    const make = used >= MEMORY_PROBLEM ? problem : warning;
    const message = `memory is at ${Math.round(used * 100)} % of maxmemory (${mebibytes(usedBytes)} of ${mebibytes(limitBytes)})`;
    found.push(
      make('redis', message, 'Raise maxmemory, or lower KIEQ_RETENTION_MS: a full Redis accepts no new work.'),
    );
  }
  if (isPersistenceFailing) {
    const message = 'the last snapshot or append failed: data written now may not survive a crash';
    found.push(problem('redis', message, 'Check the log of Redis and the space on its disk.'));
  }
  return found;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(0)} MiB`;
}

interface Role {
  readonly isPrimary: boolean;
  readonly replicas: number;
}

/** Undefined if the server does not say, as with some managed services and Clusters. */
async function roleOf(redis: RedisClient): Promise<Role | undefined> {
  const reply: unknown = await redis.call('ROLE').catch(() => undefined);
  if (!Array.isArray(reply)) return undefined;
  const [name, , replicas]: unknown[] = reply;
  return { isPrimary: name === 'master', replicas: Array.isArray(replicas) ? replicas.length : 0 };
}

function roleFindings(role: Role | undefined, durability: IntentDurability | undefined): Finding[] {
  if (role === undefined) return [];
  if (!role.isPrimary)
    return [problem('redis', 'the server is a replica: it accepts no writes', 'Set REDIS_URL to the primary.')];
  if (durability?.kind !== 'replica' || role.replicas >= durability.replicas) return [];
  const message = `intentDurability waits for ${durability.replicas} replicas, and ${role.replicas} are connected: nothing is submitted`;
  return [problem('redis', message, 'Connect the replicas, or: kieq config set intentDurability none, then restart.')];
}

/** How long a round trip takes from here. */
export async function checkLatency(redis: RedisClient): Promise<Finding[]> {
  const times: number[] = [];
  for (let i = 0; i < PINGS; i += 1) {
    const startedMs = performance.now();
    await redis.ping();
    times.push(performance.now() - startedMs);
  }
  const median = quantile(times, 0.5) ?? 0;
  const message = `${median.toFixed(1)} ms for a round trip (median of ${PINGS}), ${Math.max(...times).toFixed(1)} ms the slowest`;
  if (median < SLOW_MS) return [ok('latency', message)];
  return [
    warning('latency', message, 'Run workers and gateways near Redis: each submission waits for several round trips.'),
  ];
}
