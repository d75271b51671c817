import { setMaxListeners } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scaleSchedule, scaleTimings, type ScheduleOptions, type Timings } from '@kieq/domain';
import { accountFingerprint } from '@kieq/config';
import { createArchive, type Archive } from '@kieq/archive';
import { createKieClient } from '@kieq/kie';
import { createLedger, type GenerationRecord, type Ledger, type SharedSettings } from '@kieq/ledger';
import { createOutbound, type Outbound } from '@kieq/outbound';
import { createProducer, type Producer } from '@kieq/producer';
import {
  createPollPlan,
  createPoolWorker,
  createWorkerMetrics,
  openQueues,
  type PoolWorker,
  type Queues,
  type WorkerSettings,
} from '@kieq/queue';
import { closeConnection, createConnection, type RedisClient } from '@kieq/redis';
import { createSimulator, type Clock, type Simulator, type SimulatorConfiguration } from '@kieq/simulator';
import { openBlobStore, openStore, type BlobStore, type FileStore } from '@kieq/storage';
import { createMetrics, NO_TRACER, silentLogger, type Logger, type Tracer } from '@kieq/telemetry';
import { SETTINGS, SIMULATOR, TIMES } from './pool-defaults.ts';
import { testRedis, type TestRedis } from './redis.ts';
import { until } from './until.ts';

export interface PoolFixtureOptions {
  /** `inject('redisUrl')` in a test. */
  readonly redisUrl: string;
  /** Short name, part of the key prefix. */
  readonly name: string;
  /** Default: a new one of this name. */
  readonly prefix?: string;
  /** In-process workers that are started at once. Default 1. */
  readonly workers?: number;
  readonly simulator?: SimulatorConfiguration;
  /** Kie's. Default: the system's. */
  readonly clock?: Clock;
  /** Over the test defaults of the pool's settings. */
  readonly settings?: SharedSettings;
  /** Over the policy times, which are scaled down a hundredfold. */
  readonly timings?: Partial<Timings>;
  /** Over the schedule of polls, scaled down alike, but expecting tasks to take 0.1 s while nothing is learned. */
  readonly schedule?: Partial<ScheduleOptions>;
  readonly worker?: Partial<WorkerSettings>;
  /** For every queue of a worker. Default 20. */
  readonly concurrency?: number;
  /** Calls the addresses of callers. Default: one that may call private addresses. */
  readonly outbound?: Outbound;
  /** Instead of a folder that ends with the pool. */
  readonly uploads?: FileStore;
  /** Where results are kept. Default: nowhere, unless `worker.archiveMode` asks for it; then a folder of the pool. */
  readonly archiveStore?: BlobStore;
  /** Longest result, in bytes. Default 64 MiB. */
  readonly archiveMaxBytes?: number;
  /** Absolute path of a program that makes posters. Default: there are none. */
  readonly ffmpeg?: string;
  /** Signs callbacks to callers. Default: they are unsigned. */
  readonly webhookSecret?: string;
  /** Job lock. Default 2000. */
  readonly lockMs?: number;
  readonly logger?: Logger;
  /** Of workers and producer. Default: nothing is traced. */
  readonly tracer?: Tracer;
}

/** A whole pool in this process: private keys on the run's Redis, a simulated Kie over HTTP, workers, a producer. */
export interface PoolFixture {
  readonly redis: TestRedis;
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly producer: Producer;
  readonly simulator: Simulator;
  readonly timings: Timings;
  /** The store of uploaded images; by default a folder that ends with the pool. */
  readonly uploads: FileStore;
  /** The folder of results that are kept, where there is no `archiveStore`. */
  readonly archiveFolder: string;
  readonly archiveStore: BlobStore;
  /** Starts one more worker, with these settings over those of the pool, and another store of uploaded images. */
  addWorker(settings?: Partial<WorkerSettings>, uploads?: FileStore): Promise<PoolWorker>;
  /** Ends all workers as SIGTERM does when the grace period is over at once: open calls are cut. */
  stopWorkers(): Promise<void>;
  /** Enqueues valid requests with these prompts; the prompt is what the simulator's ledger of charges knows them by. */
  enqueue(...prompts: string[]): Promise<string[]>;
  /** The record, once it satisfies the predicate; fails with the last one seen after `timeoutMs` (default 30 s). */
  recordWhen(id: string, is: (record: GenerationRecord) => boolean, timeoutMs?: number): Promise<GenerationRecord>;
  stop(): Promise<void>;
}

export const TEST_KEY = 'test-key-0123456789';

/** The body of a valid request. */
export function testRequest(prompt: string): { model: string; input: Record<string, unknown> } {
  const input = { prompt, image_urls: ['https://example.com/a.png'], sound: false, duration: '5' };
  return { model: 'kling-2.6/image-to-video', input };
}

export async function startPool(options: PoolFixtureOptions): Promise<PoolFixture> {
  const redis = await testRedis(options.redisUrl, options.name, options.prefix);
  const { clock } = options;
  const simulator = createSimulator({ ...SIMULATOR, ...options.simulator, ...(clock === undefined ? {} : { clock }) });
  const { url } = await simulator.start();
  const timings = { ...scaleTimings(0.01), ...TIMES, ...options.timings };
  const ledger = createLedger({ redis: redis.client, prefix: redis.prefix });
  const queues = openQueues(redis.client, redis.prefix);
  const producer = await createProducer({
    redis: options.redisUrl,
    prefix: redis.prefix,
    ...(options.tracer === undefined ? {} : { tracer: options.tracer }),
  });
  await ledger.settings.agree({ ...SETTINGS, accountFingerprint: accountFingerprint(TEST_KEY), ...options.settings });
  const uploadFolder = await mkdtemp(join(tmpdir(), 'kieq-uploads-'));
  const uploads = options.uploads ?? openStore({ kind: 'file', path: uploadFolder });
  const archiveFolder = await mkdtemp(join(tmpdir(), 'kieq-archive-'));
  const archiveStore = options.archiveStore ?? openBlobStore({ kind: 'file', path: archiveFolder });
  const closers: (() => Promise<void>)[] = [];
  let started = 0;

  const addWorker = async (more: Partial<WorkerSettings> = {}, store = uploads): Promise<PoolWorker> => {
    const worker = await startWorker(
      { ...options, worker: { ...options.worker, ...more } },
      {
        url,
        prefix: redis.prefix,
        timings,
        uploads: store,
        archiveStore,
        name: `worker-${(started += 1)}`,
      },
    );
    closers.push(worker.close);
    return worker.pool;
  };
  const stopWorkers = async (): Promise<void> => {
    await Promise.all(closers.splice(0).map((close) => close()));
  };
  for (let i = 0; i < (options.workers ?? 1); i += 1) await addWorker();

  return {
    redis,
    ledger,
    queues,
    producer,
    simulator,
    timings,
    uploads,
    archiveFolder,
    archiveStore,
    addWorker,
    async enqueue(...prompts) {
      const items = await producer.enqueueMany(prompts.map((prompt) => ({ request: testRequest(prompt) })));
      return items.map((item) => {
        if (!item.ok) throw item.error;
        return item.handle.id;
      });
    },
    recordWhen: (id, is, timeoutMs = 30_000) =>
      until(
        () => ledger.read.generation(id),
        (record) => record !== undefined && is(record),
        timeoutMs,
      ),
    stopWorkers,
    async stop() {
      await stopWorkers();
      await producer.close();
      await queues.close();
      await simulator.stop();
      await uploads.close();
      await archiveStore.close();
      for (const folder of [uploadFolder, archiveFolder]) await rm(folder, { recursive: true, force: true });
      await redis.cleanup();
    },
  };
}

interface WorkerSurroundings {
  readonly url: string;
  readonly prefix: string;
  readonly timings: Timings;
  readonly uploads: FileStore;
  readonly archiveStore: BlobStore;
  readonly name: string;
}

async function startWorker(
  options: PoolFixtureOptions,
  place: WorkerSurroundings,
): Promise<{ pool: PoolWorker; close: () => Promise<void> }> {
  const redis: RedisClient = createConnection({ url: options.redisUrl, role: 'worker' });
  const queues = openQueues(redis, place.prefix);
  const kie = createKieClient({ apiKey: TEST_KEY, baseUrl: place.url, uploadUrl: place.url });
  const ledger = createLedger({ redis, prefix: place.prefix });
  const metrics = createWorkerMetrics(createMetrics());
  const logger = options.logger ?? silentLogger();
  const outbound = options.outbound ?? createOutbound({ allowPrivate: true });
  const archive = archiveOf(options, place, outbound);
  const deadline = new AbortController();
  const end = new AbortController();
  // Every open call listens to them; that is no leak.
  setMaxListeners(0, deadline.signal, end.signal);
  const concurrency = options.concurrency ?? 20;
  const pool: PoolWorker = createPoolWorker({
    identity: { worker: place.name, account: accountFingerprint(TEST_KEY), host: 'test' },
    pool: { redis, prefix: place.prefix, ledger, queues },
    outside: {
      kie,
      outbound,
      uploads: place.uploads,
      ...(archive === undefined ? {} : { archive }),
      ...(options.webhookSecret === undefined ? {} : { webhookSecret: options.webhookSecret }),
    },
    observed: { logger, tracer: options.tracer ?? NO_TRACER, metrics },
    timing: {
      timings: place.timings,
      plan: createPollPlan({
        ledger,
        schedule: { ...scaleSchedule(0.01), priorMedianMs: 100, ...options.schedule },
        timings: place.timings,
        publicUrl: options.worker?.publicUrl,
        metrics,
        logger,
      }),
      random: Math.random,
    },
    settings: {
      submitWindowMs: Number(options.settings?.['submitWindowMs'] ?? SETTINGS['submitWindowMs']),
      queryTimeoutMs: 15_000,
      onUnknown: 'hold',
      intentDurability: { kind: 'none' },
      archiveMode: 'no',
      resubmitLimit: 1,
      ...options.worker,
    },
    ending: { deadline: deadline.signal, end: end.signal, onWrongAccount: () => void pool.stop() },
    concurrency: { submit: concurrency, poll: concurrency, archive: concurrency, notify: concurrency },
    lockMs: options.lockMs ?? 2000,
  });
  await pool.start();
  const close = async (): Promise<void> => {
    deadline.abort();
    await pool.stop();
    await archive?.close();
    await queues.close();
    await kie.close();
    await closeConnection(redis);
  };
  return { pool, close };
}

function archiveOf(options: PoolFixtureOptions, place: WorkerSurroundings, outbound: Outbound): Archive | undefined {
  const { archiveMode = 'no' } = options.worker ?? {};
  if (archiveMode === 'no' && options.archiveStore === undefined) return undefined;
  return createArchive({
    // It belongs to the pool, and outlives this worker.
    store: { ...place.archiveStore, close: async () => {} },
    outbound,
    maxBytes: options.archiveMaxBytes ?? 64 * 1024 * 1024,
    bytesPerSecond: 0,
    headMs: place.timings.archiveHeadMs,
    stallMs: place.timings.archiveStallMs,
    totalMs: place.timings.archiveTotalMs,
    ...(options.ffmpeg === undefined
      ? {}
      : { posters: { ffmpeg: options.ffmpeg, limitMs: place.timings.archivePosterMs } }),
  });
}
