import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createLedger, type GenerationRecord, type Ledger } from '@kieq/ledger';
import { createProducer, type Producer } from '@kieq/producer';
import { openQueues, type Queues } from '@kieq/queue';
import { createSimulator, type Simulator, type SimulatorConfiguration } from '@kieq/simulator';
import { TEST_KEY, testRequest } from './pool.ts';
import { startApp, type AppName, type AppProcess } from './processes.ts';
import { teach } from './teach.ts';
import { testRedis, type TestRedis } from './redis.ts';
import { until } from './until.ts';

export interface ProcessPoolOptions {
  readonly redisUrl: string;
  readonly name: string;
  readonly simulator?: SimulatorConfiguration;
  /** Completion times that the pool has learned, in ms. Default: 50 of about 60 ms. */
  readonly learnedMs?: readonly number[];
  /** Environment of every process, over the test's defaults. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A process of the built gateway. */
export interface GatewayProcess extends AppProcess {
  /** Without a slash at the end. */
  readonly url: string;
}

/** A pool whose workers and gateways are real processes of the built apps; producer, simulator and oracle live in the test. */
export interface ProcessPool {
  readonly redis: TestRedis;
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly producer: Producer;
  readonly simulator: Simulator;
  /** The environment with which a process of this pool starts. */
  readonly env: Readonly<Record<string, string>>;
  /** @param cwd working directory of the process. Default: the root of the repository */
  startWorker(env?: Readonly<Record<string, string>>, cwd?: string): Promise<AppProcess>;
  /** Starts a gateway on a free port of 127.0.0.1; it has no keys unless `env` gives some. */
  startGateway(env?: Readonly<Record<string, string>>): Promise<GatewayProcess>;
  enqueue(prompts: readonly string[], priority?: number): Promise<string[]>;
  recordWhen(id: string, is: (record: GenerationRecord) => boolean, timeoutMs?: number): Promise<GenerationRecord>;
  /** Ends every process that is still there and removes the keys. */
  stop(): Promise<void>;
}

const BATCH = 500;

export async function startProcessPool(options: ProcessPoolOptions): Promise<ProcessPool> {
  const redis = await testRedis(options.redisUrl, options.name);
  const simulator = createSimulator({ apiKey: TEST_KEY, results: 'tiny', ...options.simulator });
  const { url } = await simulator.start();
  const ledger = createLedger({ redis: redis.client, prefix: redis.prefix });
  // Real workers expect minutes at first, scaled or not, and these tasks take a moment.
  const learnedMs = options.learnedMs ?? Array.from({ length: 50 }, (_, i) => 40 + i);
  if (learnedMs.length > 0) await teach(ledger, learnedMs);
  const queues = openQueues(redis.client, redis.prefix);
  const producer = await createProducer({ redis: options.redisUrl, prefix: redis.prefix });
  const uploads = await mkdtemp(join(tmpdir(), 'kieq-uploads-'));
  const env = {
    REDIS_URL: options.redisUrl,
    KIEQ_PREFIX: redis.prefix,
    KIE_API_KEY: TEST_KEY,
    KIE_BASE_URL: url,
    KIE_UPLOAD_URL: url,
    WORKER_METRICS_PORT: '0',
    GATEWAY_PORT: '0',
    // The default would be the store of the user who runs the tests.
    UPLOAD_STORE_URL: pathToFileURL(uploads).href,
    ...options.env,
  };
  const processes: AppProcess[] = [];
  const start = async (name: AppName, more: Readonly<Record<string, string>>, cwd?: string): Promise<AppProcess> => {
    const started = await startApp(name, { ...env, ...more }, cwd === undefined ? {} : { cwd });
    processes.push(started);
    return started;
  };
  return {
    redis,
    ledger,
    queues,
    producer,
    simulator,
    env,
    startWorker: (more = {}, cwd) => start('worker', more, cwd),
    async startGateway(more = {}) {
      const gateway = await start('gateway', more);
      return { ...gateway, url: String(gateway.first['url']) };
    },
    async enqueue(prompts, priority) {
      const ids: string[] = [];
      for (let i = 0; i < prompts.length; i += BATCH) {
        const items = prompts
          .slice(i, i + BATCH)
          .map((prompt) => ({ request: testRequest(prompt), options: { priority } }));
        for (const item of await producer.enqueueMany(items)) {
          if (!item.ok) throw item.error;
          ids.push(item.handle.id);
        }
      }
      return ids;
    },
    recordWhen: (id, is, timeoutMs = 30_000) =>
      until(
        () => ledger.read.generation(id),
        (record) => record !== undefined && is(record),
        timeoutMs,
      ),
    async stop() {
      for (const one of processes) one.signal('SIGKILL');
      await Promise.all(processes.map(({ ended }) => ended));
      await producer.close();
      await queues.close();
      await simulator.stop();
      await redis.cleanup();
      await rm(uploads, { recursive: true, force: true });
    },
  };
}
