import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startLocalRedis, type LocalRedis } from '@kieq/local-redis';
import { startProcessPool, type ProcessPool } from '@kieq/testkit';
import { createDice } from './dice.ts';
import { chaoticKie } from './faults.ts';
import { createFleet, type Fleet } from './fleet.ts';
import { startHooks, type Hooks } from './hooks.ts';
import { startLink, type Link } from './link.ts';
import { openLogbook, type Logbook } from './logbook.ts';
import { TIME_SCALE, type ChaosProfile } from './profile.ts';
import { mintSecrets, secretEnvironment, type Secrets } from './secrets.ts';

/** Everything that a campaign runs on: a private Redis behind a link, a simulated Kie, processes, a caller's receiver. */
export interface World {
  readonly profile: ChaosProfile;
  readonly secrets: Secrets;
  readonly redis: LocalRedis;
  /** Between all processes and Redis; what the driver itself reads does not go through it. */
  readonly redisLink: Link;
  /** Simulator, ledger, queues and producer of the driver. */
  readonly pool: ProcessPool;
  readonly fleet: Fleet;
  /** The load balancer in front of the gateways: without a slash at the end. */
  readonly gatewayUrl: string;
  readonly hooks: Hooks;
  readonly logbook: Logbook;
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly seed: number;
  readonly profile: ChaosProfile;
  /** Where a downloaded Redis is kept. */
  readonly cacheDir: string;
}

/** No process is started yet. */
export async function buildWorld({ seed, profile, cacheDir }: WorldOptions): Promise<World> {
  const secrets = mintSecrets();
  const uploads = await mkdtemp(join(tmpdir(), 'kieq-chaos-uploads-'));
  const redis = await startLocalRedis({ cacheDir, appendonly: true, settings: { appendfsync: 'always' } });
  const redisLink = await startLink(() => redis);
  const gatewayLink = await startLink(() => awakeGateway(fleet));
  const gatewayUrl = `http://127.0.0.1:${gatewayLink.port}`;
  const pool = await startProcessPool({
    redisUrl: redis.url,
    name: 'chaos',
    simulator: chaoticKie(seed, profile, secrets.webhookKey),
    env: {
      ...secretEnvironment(secrets),
      ...poolEnvironment(profile),
      REDIS_URL: `redis://127.0.0.1:${redisLink.port}`,
      PUBLIC_URL: gatewayUrl,
      UPLOAD_STORE_URL: pathToFileURL(uploads).href,
    },
  });
  const logbook = await openLogbook();
  const fleet = createFleet({ ...profile, env: pool.env, logbook });
  const hooks = await startHooks(secrets.callerSecret, createDice(seed, 'hooks'));
  return {
    profile,
    secrets,
    redis,
    redisLink,
    pool,
    fleet,
    gatewayUrl,
    hooks,
    logbook,
    async close() {
      await fleet.end();
      await pool.stop();
      await hooks.stop();
      await gatewayLink.close();
      await redisLink.close();
      await logbook.close();
      await redis.stop();
      await rm(uploads, { recursive: true });
    },
  };
}

function awakeGateway({ gateways }: Fleet): { readonly port: number } | undefined {
  const awake = gateways.filter((one) => one.isAwake());
  const url = awake[Math.floor(Math.random() * awake.length)]?.now()?.url;
  return url === undefined ? undefined : { port: Number(new URL(url).port) };
}

function poolEnvironment(profile: ChaosProfile): Readonly<Record<string, string>> {
  return {
    DASHBOARD_PORT: '0',
    KIEQ_TIME_SCALE: String(TIME_SCALE),
    KIEQ_LOCK_MS: String(profile.lockMs),
    KIEQ_SUBMIT_LIMIT: String(profile.submitLimit),
    KIEQ_SUBMIT_WINDOW_MS: String(profile.submitWindowMs),
    KIEQ_SUBMIT_TIMEOUT_MS: String(profile.submitTimeoutMs),
    KIEQ_POLL_LIMIT_PER_SECOND: String(profile.pollLimitPerSecond),
    KIEQ_UNKNOWN_WINDOW_MS: String(profile.unknownWindowMs),
    KIEQ_HOLD_MS: String(profile.holdMs),
    KIEQ_ALLOW_PRIVATE_URLS: 'true',
  };
}
