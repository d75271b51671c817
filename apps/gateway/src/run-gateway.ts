import { setMaxListeners } from 'node:events';
import { hostname } from 'node:os';
import { differsFromPool, listen, onThisRedis, openRedis, traceProcess } from '@kieq/process';
import { proxiesOf } from '@kieq/proxy';
import { accountFingerprint, asStored, openAccessAdvice, type UploadLocation } from '@kieq/config';
import { scaleTimings } from '@kieq/domain';
import { createKieClient } from '@kieq/kie';
import { createLedger, type Ledger } from '@kieq/ledger';
import { openQueues } from '@kieq/queue';
import type { Producer } from '@kieq/producer';
import { closeConnection, describeRedisUrl, preflight } from '@kieq/redis';
import { loadDrivers, openBlobStore, openStore } from '@kieq/storage';
import { createLogger, createMetrics, createScrubber } from '@kieq/telemetry';
import { createApp } from './app.ts';
import { createCallersTrace } from './callers-trace.ts';
import { connectProducer, type ProducerTracing } from './connect-producer.ts';
import type { GatewayDeps, GatewaySettings } from './deps.ts';
import type { GatewayEnvironment } from './environment.ts';
import { loggedKeyId } from './key-id.ts';
import { limitsOf } from './limits.ts';
import { createGatewayMetrics, tellOfWorkers } from './metrics.ts';
import { keepAnnouncing } from './results/reader.ts';
import { closeDeps, createShutdown } from './shutdown.ts';

export interface RunningGateway {
  readonly url: string;
  /** Lets running requests finish, at most for the grace period. */
  shutDown(reason: string): Promise<void>;
  /** Resolves with the exit code when the gateway has ended after `shutDown`. */
  readonly ended: Promise<number>;
}

/** Proxies close connections that are silent for a minute. */
const HEARTBEAT_MS = 15_000;

/** Input of a gateway in addition to its environment. */
export interface GatewaySurroundings {
  /** Values that must appear neither in a log nor in a response. */
  readonly secrets: readonly string[];
  /** Warnings of `environmentWarnings` about the environment, to be logged. */
  readonly advice?: readonly string[];
  /** Store of the images that callers upload. */
  readonly uploads: UploadLocation;
}

/**
 * Serves the HTTP API of one pool. The start needs Redis; while Redis is unavailable later, requests get 503.
 * @param env from `parseEnvironment`, which refuses an address beyond loopback without keys
 * @throws StartRefused if Redis cannot be used, the pool belongs to another account, or the address is taken
 */
export async function runGateway(
  env: GatewayEnvironment,
  { secrets, advice = [], uploads }: GatewaySurroundings,
): Promise<RunningGateway> {
  await loadDrivers([uploads.store, env.archive]);
  const logger = createLogger({ name: 'gateway', level: env.logLevel, secrets });
  // The role of a producer fails fast: a 503 is better than a hanging call.
  const use = { role: 'producer', connectionName: 'kieq-gateway', logger } as const;
  const { redis, found } = await openRedis(env, use, preflight);
  const ledger = createLedger({ redis, prefix: env.prefix });
  const tracer = await traceProcess(env, logger, { service: 'kieq-gateway', instance: `${hostname()}-${process.pid}` });
  const callersTrace = createCallersTrace();
  const producer = await openPool(ledger, env, { tracer, traceparent: () => callersTrace.current() }).catch(
    async (error: unknown) => {
      await closeConnection(redis);
      throw error;
    },
  );
  const proxies = proxiesOf(env);
  const stop = new AbortController();
  // Every open event stream listens to the signal, so many listeners are no leak.
  setMaxListeners(0, stop.signal);
  const queues = openQueues(redis, env.prefix);
  const metrics = createMetrics({ processMetrics: true });
  tellOfWorkers(metrics, { ledger, queues, logger });
  const deps: GatewayDeps = {
    producer,
    ledger,
    queues,
    prefix: env.prefix,
    redis,
    kie: createKieClient({ apiKey: env.kieApiKey, baseUrl: env.kieBaseUrl, uploadUrl: env.kieUploadUrl, proxies }),
    uploads: openStore(uploads.store, proxies),
    archive: env.archive === undefined ? undefined : openBlobStore(env.archive, proxies),
    logger,
    tracer,
    callersTrace,
    metrics: createGatewayMetrics(metrics),
    timings: scaleTimings(env.timeScale),
    settings: settingsOf(env),
    scrub: createScrubber(secrets),
    stopping: stop.signal,
  };
  const app = await createApp(deps);
  const { gatewayHost: host, gatewayPort: port } = env;
  const url = await listen(app, { host, port }, 'GATEWAY_HOST and GATEWAY_PORT').catch(async (error: unknown) => {
    await app.close();
    await closeDeps(deps);
    throw error;
  });
  keepAnnouncing(deps, stop.signal);
  const { gatewayApiKeys: keys = [], prefix } = env;
  // The first line has the address of the gateway: with port 0 nothing else shows it.
  const place = { url, redis: describeRedisUrl(env.redisUrl), prefix, keys: keys.length };
  logger.info(keys.length > 0 ? place : { ...place, door: openAccessAdvice('gateway') }, 'gateway listening');
  if (keys.length > 0) logger.info({ known: knownKeys(env) }, 'keys, as the log names them');
  for (const warning of found.warnings) logger.warn({ warning }, 'preflight');
  for (const warning of advice) logger.warn({ warning }, 'environment');
  if (uploads.warning !== undefined) logger.warn({ store: uploads.store.url }, uploads.warning);
  const shutdown = createShutdown({ app, deps, stop, graceMs: env.shutdownGraceMs });
  return { url, shutDown: (reason) => shutdown.shutDown(reason), ended: shutdown.ended };
}

/** Most keys that are logged at the start. Each change is logged with its key in any case. */
const KEYS_NAMED = 100;

function knownKeys({ gatewayApiKeys: keys = [], kieApiKey }: GatewayEnvironment): object[] {
  return keys.slice(0, KEYS_NAMED).map(({ key, tenant }) => ({ keyId: loggedKeyId(key, kieApiKey), tenant }));
}

function settingsOf(env: GatewayEnvironment): GatewaySettings {
  return {
    keys: env.gatewayApiKeys,
    trustedProxies: env.trustedProxies,
    rateLimitPerMinute: env.gatewayRateLimitPerMinute,
    allowPrivateUrls: env.allowPrivateUrls,
    kieWebhookHmacKey: env.kieWebhookHmacKey,
    heartbeatMs: HEARTBEAT_MS,
    limits: limitsOf(env.gatewayMaxConnections, env.gatewayEventStreams),
    takesCallbacks: env.publicUrl !== undefined,
    publicUrl: env.publicUrl,
    keyIdSecret: env.kieApiKey,
  };
}

/** @throws StartRefused */
async function openPool(ledger: Ledger, env: GatewayEnvironment, traces: ProducerTracing): Promise<Producer> {
  await onThisRedis(env, () => agreeOnAccount(ledger, env));
  // Recorded in the pool, so that gateways without PUBLIC_URL accept callbacks too.
  if (env.publicUrl !== undefined) await ledger.callbackAuth.open(env.publicUrl);
  return connectProducer(env, traces);
}

/** Refuses another account: such a gateway would return the balance of that account. @throws StartRefused */
async function agreeOnAccount(ledger: Ledger, env: GatewayEnvironment): Promise<void> {
  const account = { baseUrl: env.kieBaseUrl, accountFingerprint: accountFingerprint(env.kieApiKey) };
  const agreed = await ledger.settings.agree(asStored(account, await ledger.settings.stored()));
  if (agreed.kind === 'agreed') return;
  const advice =
    'Correct KIE_API_KEY, KIE_BASE_URL or KIEQ_PREFIX here, or change the pool for all: kieq config set <setting> <value>.';
  throw differsFromPool('gateway', env.prefix, agreed.differences, advice);
}
