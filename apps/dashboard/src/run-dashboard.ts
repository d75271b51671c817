import { setTimeout as sleep } from 'node:timers/promises';
import { listen, openRedis } from '@kieq/process';
import { proxiesOf } from '@kieq/proxy';
import type { FastifyInstance } from 'fastify';
import { accountFingerprint, openAccessAdvice, type Environment } from '@kieq/config';
import { scaleTimings } from '@kieq/domain';
import { createKieClient } from '@kieq/kie';
import { createLedger } from '@kieq/ledger';
import { openQueues, type Queues } from '@kieq/queue';
import { closeConnection, describeRedisUrl, type RedisClient } from '@kieq/redis';
import { loadDrivers, openBlobStore, type BlobStore } from '@kieq/storage';
import { createLogger } from '@kieq/telemetry';
import type { Adopter } from './adopter.ts';
import { createApp } from './app.ts';
import type { Login } from './auth/login.ts';

/** With the group `kie` where KIE_API_KEY is there: then tasks can be proved and adopted here. */
export type DashboardEnvironment = Environment<'redis' | 'dashboard' | 'proxies' | 'files'> &
  Partial<Environment<'kie'>>;

export interface RunningDashboard {
  readonly url: string;
  /** Stops listening and hangs up; resolves at the latest when the grace period is over. */
  shutDown(reason: string): Promise<void>;
}

/**
 * Serves the overview of one pool, and Bull Board over its queues.
 * @param env of `parseEnvironment`, which refuses an address beyond loopback without a password
 * @param secrets values that must appear neither in a log nor on the board
 * @param advice of `environmentWarnings`: what should be corrected
 * @throws StartRefused when Redis cannot be reached or the address cannot be used
 */
export async function runDashboard(
  env: DashboardEnvironment,
  secrets: readonly string[],
  advice: readonly string[] = [],
): Promise<RunningDashboard> {
  await loadDrivers([env.archive]);
  const logger = createLogger({ name: 'dashboard', level: env.logLevel, secrets });
  // As a producer, it fails fast: a page that says that Redis is away is better than one that hangs.
  const use = { role: 'producer', connectionName: 'kieq-dashboard', logger } as const;
  const { redis } = await openRedis(env, use, () => Promise.resolve());
  const queues = openQueues(redis, env.prefix);
  const ledger = createLedger({ redis, prefix: env.prefix });
  const logins = loginsOf(env);
  const adopter = adopterOf(env);
  const archive = env.archive === undefined ? undefined : openBlobStore(env.archive, proxiesOf(env));
  const { vehicleCheckMs } = scaleTimings(env.timeScale);
  const app = await createApp({
    queues,
    redis,
    ledger,
    prefix: env.prefix,
    logins,
    publicUrl: env.dashboardPublicUrl,
    trustedProxies: env.trustedProxies,
    secrets,
    vehicleCheckMs,
    adopter,
    archive,
    logger,
  });
  const close = (): Promise<void> => closeAll({ app, queues, redis, adopter, archive });
  const { dashboardHost: host, dashboardPort: port } = env;
  const url = await listen(app, { host, port }, 'DASHBOARD_HOST and DASHBOARD_PORT').catch(async (error: unknown) => {
    await close();
    throw error;
  });
  // The first line names the dashboard's address: with port 0 nothing else does.
  const place = { url, redis: describeRedisUrl(env.redisUrl), prefix: env.prefix, login: logins.length > 0 };
  const seen = env.dashboardPublicUrl === undefined ? place : { ...place, publicUrl: env.dashboardPublicUrl };
  logger.info(place.login ? seen : { ...seen, door: openAccessAdvice('dashboard') }, 'dashboard listening');
  for (const warning of advice) logger.warn({ warning }, 'environment');
  return {
    url,
    async shutDown(reason) {
      logger.info({ reason }, 'shutting down');
      await Promise.race([close(), sleep(env.shutdownGraceMs, undefined, { ref: false })]);
      logger.info('dashboard ended');
    },
  };
}

function loginsOf(env: DashboardEnvironment): Login[] {
  const { dashboardUser, dashboardPassword, dashboardViewerUser, dashboardViewerPassword } = env;
  return [
    ...loginOf('operator', dashboardUser, dashboardPassword),
    ...loginOf('viewer', dashboardViewerUser, dashboardViewerPassword),
  ];
}

function loginOf(role: Login['role'], user: string | undefined, password: string | undefined): Login[] {
  return user === undefined || password === undefined ? [] : [{ user, password, role }];
}

function adopterOf(env: DashboardEnvironment): Adopter | undefined {
  const { kieApiKey, kieBaseUrl, kieUploadUrl, timeScale } = env;
  if (kieApiKey === undefined || kieBaseUrl === undefined || kieUploadUrl === undefined) return undefined;
  return {
    kie: createKieClient({ apiKey: kieApiKey, baseUrl: kieBaseUrl, uploadUrl: kieUploadUrl, proxies: proxiesOf(env) }),
    timeScale,
    account: accountFingerprint(kieApiKey),
    baseUrl: kieBaseUrl,
  };
}

interface Opened {
  readonly app: FastifyInstance;
  readonly queues: Queues;
  readonly redis: RedisClient;
  readonly adopter: Adopter | undefined;
  readonly archive: BlobStore | undefined;
}

async function closeAll({ app, queues, redis, adopter, archive }: Opened): Promise<void> {
  await app.close();
  await adopter?.kie.close();
  await archive?.close();
  await queues.close();
  await closeConnection(redis);
}
