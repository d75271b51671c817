import { createLedger, parseIntentDurability, type UsedStore } from '@kieq/ledger';
import { creditsLeft, meanCredits, readLastHour, readStatus, recentSuccesses } from '@kieq/queue';
import type { RedisClient } from '@kieq/redis';
import { type Skew, skewOf } from './clock.ts';
import type { SeenEnvironment } from './environment.ts';
import { type Finding, problem } from './finding.ts';
import { checkLimits, limitsOf } from './limits.ts';
import { checkPool, checkWorkers } from './pool.ts';
import { checkPrices } from './prices.ts';
import { checkLatency, checkRedis } from './redis.ts';
import { checkSettings } from './settings.ts';
import { EXIT } from '../exit.ts';
import { endingOf } from '../failure.ts';
import { type Pool, type PoolAddress, withPool, withRedis } from '../pool.ts';

/** What the checks of Redis and the pool found, for the other checks too. */
export interface SeenPool {
  readonly findings: readonly Finding[];
  readonly skew?: Skew;
  /** The Kie of the pool's workers. */
  readonly baseUrl?: string | undefined;
  readonly creditsPerHour?: number | undefined;
  /** The stores into which images of the pool are uploaded. */
  readonly usedStores?: readonly UsedStore[];
  /** `resultLinks` of the pool's settings. */
  readonly resultLinks?: string | undefined;
}

/** Checks Redis and the pool in it. */
export async function checkRedisAndPool(seen: SeenEnvironment): Promise<SeenPool> {
  const { redis } = seen;
  if (redis === undefined) {
    const isWrong = seen.findings.some(({ message }) => /^(REDIS_URL|KIEQ_PREFIX) /.test(message));
    const missing = problem('redis', 'REDIS_URL is not set', 'Set REDIS_URL to the Redis of the pool.');
    return { findings: isWrong ? [] : [missing] };
  }
  try {
    const server = await withRedis(redis, (client) => readServer(client, redis, seen));
    // A server that is too old, or a replica, cannot run what reads the pool.
    if (server.findings.some(({ check, level }) => check === 'redis' && level === 'problem')) return server;
    return await withPool(redis, (pool) => readPool(pool, server, seen));
  } catch (error) {
    const { exitCode, message } = endingOf(error);
    if (exitCode === EXIT.defect) throw error;
    const fix = 'Check REDIS_URL with its user and password, that the server runs, and the network to it.';
    return { findings: [problem('redis', message, fix)] };
  }
}

interface SeenServer extends SeenPool {
  readonly stored: Readonly<Record<string, string>>;
}

async function readServer(
  redis: RedisClient,
  { redisUrl, prefix }: PoolAddress,
  seen: SeenEnvironment,
): Promise<SeenServer> {
  const stored = await createLedger({ redis, prefix }).settings.stored();
  const words = stored['intentDurability'];
  const durability = words === undefined ? seen.pool?.intentDurability : parseIntentDurability(words);
  const findings = [
    ...(await checkRedis(redis, redisUrl, durability, prefix)),
    ...(await checkLatency(redis)),
    ...checkSettings(stored, seen),
  ];
  return { findings, stored, baseUrl: stored['baseUrl'] };
}

async function readPool(
  { ledger, queues, nowMs }: Pool,
  { findings: before, stored, baseUrl }: SeenServer,
  { pool }: SeenEnvironment,
): Promise<SeenPool> {
  const now = await nowMs();
  const [status, hour, recent, skew, usedStores, { prices }] = await Promise.all([
    readStatus(ledger, queues),
    readLastHour(ledger, now),
    recentSuccesses(ledger),
    skewOf(nowMs),
    ledger.uploadStores.used(),
    ledger.read.verdictLessons(),
  ]);
  const limits = limitsOf(stored, pool);
  const findings = [
    ...before,
    ...(limits === undefined ? [] : await checkLimits(ledger, limits, pool?.shutdownGraceMs, now)),
    ...(await checkWorkers(queues, status)),
    ...checkPool(status, now),
    ...checkPrices(prices, now),
  ];
  const { perHour } = creditsLeft(status.stats, now, hour.succeeded, meanCredits(recent));
  const { resultLinks } = stored;
  return { findings, skew, baseUrl, usedStores, resultLinks, creditsPerHour: perHour ?? undefined };
}
