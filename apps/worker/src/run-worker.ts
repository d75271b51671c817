import { setMaxListeners } from 'node:events';
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { createArchive, findProgram, type Archive } from '@kieq/archive';
import { accountFingerprint, archiveModeOf, type UploadLocation } from '@kieq/config';
import { scaleSchedule, scaleTimings, type Timings } from '@kieq/domain';
import { createKieClient } from '@kieq/kie';
import { createLedger, durabilityProblem } from '@kieq/ledger';
import { createOutbound, type Outbound } from '@kieq/outbound';
import { onThisRedis, openRedis, REFUSED_EXIT, StartRefused, traceProcess } from '@kieq/process';
import { proxiesOf } from '@kieq/proxy';
import {
  createPollPlan,
  createPoolWorker,
  createWorkerMetrics,
  openQueues,
  watchPublicUrl,
  watchUploadStore,
  type WorkerSettings,
} from '@kieq/queue';
import {
  describeRedisUrl,
  preflight,
  redisRefusal,
  type RedisClient,
  type RedisFinding,
  type ServerFacts,
} from '@kieq/redis';
import { loadDrivers, openBlobStore, openStore } from '@kieq/storage';
import { createLogger, createMetrics } from '@kieq/telemetry';
import type { WorkerEnvironment } from './environment.ts';
import { askFirst } from './first-question.ts';
import { openOps } from './ops.ts';
import { agreeOnSettings, restoreSettings } from './pool-settings.ts';
import { createShutdown } from './shutdown.ts';

export interface RunningWorker {
  /** Stops taking work, lets running calls end, and gives up after the grace period (G8). */
  shutDown(reason: string): Promise<void>;
  /** Resolves with the exit code when the worker has ended after `shutDown`. */
  readonly ended: Promise<number>;
}

/** Longest that one query may take, its retries included; the query permit is held for this time. */
const QUERY_TIMEOUT_MS = 15_000;
/** Failed tasks cost nothing, so a transient failure is submitted once more. */
const RESUBMIT_LIMIT = 1;

/** What a worker needs in addition to its settings. */
export interface WorkerSurroundings {
  /** Values that must never appear in a log. */
  readonly secrets: readonly string[];
  /** Of `environmentWarnings`: what should be corrected. */
  readonly advice?: readonly string[];
  /** Where the images are that callers upload. */
  readonly uploads: UploadLocation;
  /** `PATH`, where ffmpeg is looked for once; without it videos have no posters. */
  readonly searchPath?: string | undefined;
}

/**
 * Starts one worker process's share of the pool.
 * @throws StartRefused when Redis is unfit, the pool was set up differently or the port is taken
 */
export async function runWorker(env: WorkerEnvironment, surroundings: WorkerSurroundings): Promise<RunningWorker> {
  const { secrets, advice = [], uploads, searchPath } = surroundings;
  await loadDrivers([uploads.store, env.archive]);
  const worker = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
  const logger = createLogger({ name: 'worker', level: env.logLevel, instance: worker, secrets });
  const use = { role: 'worker', connectionName: 'kieq-worker', logger } as const;
  const { redis, found: warnings } = await openRedis(env, use, (client) => checkServer(env, client));
  const ledger = createLedger({ redis, prefix: env.prefix });
  await onThisRedis(env, () => agreeOnSettings(ledger, env));
  restoreSettings(redis, ledger, env, logger);

  const metrics = createMetrics({ processMetrics: true });
  const workerMetrics = createWorkerMetrics(metrics);
  redis.on('close', () => workerMetrics.redisLosses.inc());
  const timings = scaleTimings(env.timeScale);
  const deadline = new AbortController();
  const end = new AbortController();
  // Every open call listens to them; that is no leak.
  setMaxListeners(0, deadline.signal, end.signal);
  const proxies = proxiesOf(env);
  const outbound = createOutbound({ allowPrivate: env.allowPrivateUrls, proxy: env.outboundProxy });
  const archive = archiveOf(env, timings, outbound, await findProgram('ffmpeg', searchPath));
  const queues = openQueues(redis, env.prefix);
  const kie = createKieClient({ apiKey: env.kieApiKey, baseUrl: env.kieBaseUrl, uploadUrl: env.kieUploadUrl, proxies });
  const uploadStore = openStore(uploads.store, proxies);
  const tracer = await traceProcess(env, logger, { service: 'kieq-worker', instance: worker });
  const plan = createPollPlan({
    ledger,
    schedule: scaleSchedule(env.timeScale),
    timings,
    publicUrl: env.publicUrl,
    metrics: workerMetrics,
    logger,
  });
  const pool = createPoolWorker({
    identity: { worker, account: accountFingerprint(env.kieApiKey), host: hostname() },
    pool: { redis, prefix: env.prefix, ledger, queues },
    outside: {
      kie,
      outbound,
      uploads: uploadStore,
      ...(archive === undefined ? {} : { archive }),
      ...(env.gatewayWebhookSecret === undefined ? {} : { webhookSecret: env.gatewayWebhookSecret }),
    },
    observed: { logger, tracer, metrics: workerMetrics },
    timing: { timings, plan, random: Math.random },
    settings: workerSettings(env),
    ending: {
      deadline: deadline.signal,
      end: end.signal,
      onWrongAccount: () => void shutdown.shutDown('the pool belongs to another Kie account', REFUSED_EXIT),
    },
    concurrency: {
      submit: env.submitConcurrency,
      poll: env.pollConcurrency,
      archive: env.archiveConcurrency,
      notify: env.notifyConcurrency,
    },
    lockMs: env.lockMs,
  });
  const { workerMetricsHost: host, workerMetricsPort: port, prefix } = env;
  const shown = { metrics, workerMetrics, redis, ledger, queues, logger };
  const ops = await openOps({ host, port, ...shown, pool, isStopping: () => shutdown.isStopping });
  const watches = [
    watchUploadStore({ ledger, uploads: uploadStore, logger, metrics: workerMetrics }),
    watchPublicUrl({ ledger, logger, publicUrl: env.publicUrl }),
  ];
  const asking = new AbortController();
  const closing = [ops, queues, kie, uploadStore, tracer, ...(archive === undefined ? [] : [archive])];
  const parts = { pool, closing, logger, watches, redis, asking, deadline, end };
  const shutdown = createShutdown({ ...parts, graceMs: env.shutdownGraceMs });
  // The first line names all addresses: with port 0 only the worker knows its port.
  logger.info({ ops: ops.url, redis: describeRedisUrl(env.redisUrl), kie: env.kieBaseUrl, prefix }, 'worker listening');
  for (const warning of warnings) logger.warn({ warning }, 'preflight');
  for (const warning of advice) logger.warn({ warning }, 'environment');
  if (uploads.warning !== undefined) logger.warn({ store: uploads.store.url }, uploads.warning);
  const asked = askFirst({ kie, baseUrl: env.kieBaseUrl, logger, signal: asking.signal });
  const starting = pool.start().catch((error: unknown) => {
    const reason = redisRefusal(env.redisUrl, error);
    if (reason === undefined) throw error;
    logger.fatal(
      { reason },
      'the worker cannot start on this Redis. It gives back the jobs that it has taken, and ends',
    );
    return shutdown.shutDown('Redis cannot be used', REFUSED_EXIT);
  });
  const started = Promise.all([starting, asked]);
  // A defect at the start is one of the process; the signals are heard meanwhile, since jobs may already be in work.
  const ended = Promise.race([shutdown.ended, started.then(() => shutdown.ended)]);
  return { shutDown: (reason) => shutdown.shutDown(reason), ended };
}

function workerSettings(env: WorkerEnvironment): WorkerSettings {
  return {
    submitWindowMs: env.submitWindowMs,
    queryTimeoutMs: QUERY_TIMEOUT_MS,
    onUnknown: env.onUnknown,
    catalogueRefresh: env.catalogueRefresh,
    intentDurability: env.intentDurability,
    archiveMode: archiveModeOf(env),
    resubmitLimit: RESUBMIT_LIMIT,
    ...(env.publicUrl === undefined ? {} : { publicUrl: env.publicUrl }),
  };
}

/** Where results are kept; undefined without `ARCHIVE_URL`. */
function archiveOf(
  env: WorkerEnvironment,
  timings: Timings,
  outbound: Outbound,
  ffmpeg: string | undefined,
): Archive | undefined {
  if (env.archive === undefined) return undefined;
  return createArchive({
    store: openBlobStore(env.archive, proxiesOf(env)),
    outbound,
    maxBytes: env.archiveMaxBytes,
    bytesPerSecond: env.archiveBytesPerSecond,
    headMs: timings.archiveHeadMs,
    stallMs: timings.archiveStallMs,
    totalMs: timings.archiveTotalMs,
    ...(ffmpeg === undefined ? {} : { posters: { ffmpeg, limitMs: timings.archivePosterMs } }),
  });
}

/** A server that can carry a pool, and confirm intents as this worker wants them. */
async function checkServer(env: WorkerEnvironment, redis: RedisClient): Promise<readonly RedisFinding[]> {
  const { warnings, servers } = await preflight(redis);
  refuseDurability(env, redis, servers);
  return warnings;
}

/** A worker whose intents cannot be confirmed would never send anything. */
function refuseDurability(
  { intentDurability }: WorkerEnvironment,
  { isCluster }: RedisClient,
  servers: readonly ServerFacts[],
): void {
  const problem = durabilityProblem(intentDurability, isCluster, servers);
  if (problem !== undefined) throw new StartRefused(`KIEQ_INTENT_DURABILITY=${intentDurability.kind}: ${problem}`);
}
