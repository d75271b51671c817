import { createLedger, type GenerationRecord, type Ledger } from '@kieq/ledger';
import { createProducer, type Producer } from '@kieq/producer';
import { openQueues, type Queues } from '@kieq/queue';
import { createSimulator, type Simulator, type SimulatorConfiguration } from '@kieq/simulator';
import { TEST_KEY, testRequest } from './pool.ts';
import { startApp, type AppProcess } from './processes.ts';
import { teach } from './teach.ts';
import { testRedis, type TestRedis } from './redis.ts';
import { until } from './until.ts';

export interface ProcessPoolOptions {
  readonly redisUrl: string;
  readonly name: string;
  readonly simulator?: SimulatorConfiguration;
  /** Environment of every worker, over the test's defaults. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A pool whose workers are real processes of the built app; producer, simulator and oracle live in the test. */
export interface ProcessPool {
  readonly redis: TestRedis;
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly producer: Producer;
  readonly simulator: Simulator;
  /** The environment with which a worker of this pool starts. */
  readonly env: Readonly<Record<string, string>>;
  startWorker(env?: Readonly<Record<string, string>>): Promise<AppProcess>;
  enqueue(prompts: readonly string[], priority?: number): Promise<string[]>;
  recordWhen(id: string, is: (record: GenerationRecord) => boolean, timeoutMs?: number): Promise<GenerationRecord>;
  /** Ends every worker that is still there and removes the keys. */
  stop(): Promise<void>;
}

const BATCH = 500;

export async function startProcessPool(options: ProcessPoolOptions): Promise<ProcessPool> {
  const redis = await testRedis(options.redisUrl, options.name);
  const simulator = createSimulator({ apiKey: TEST_KEY, results: 'tiny', ...options.simulator });
  const { url } = await simulator.start();
  const ledger = createLedger({ redis: redis.client, prefix: redis.prefix });
  // Real workers expect minutes at first, scaled or not, and these tasks take a moment.
  await teach(
    ledger,
    Array.from({ length: 50 }, (_, i) => 40 + i),
  );
  const queues = openQueues(redis.client, redis.prefix);
  const producer = await createProducer({ redis: options.redisUrl, prefix: redis.prefix });
  const env = {
    REDIS_URL: options.redisUrl,
    KIEQ_PREFIX: redis.prefix,
    KIE_API_KEY: TEST_KEY,
    KIE_BASE_URL: url,
    KIE_UPLOAD_URL: url,
    WORKER_METRICS_PORT: '0',
    ...options.env,
  };
  const workers: AppProcess[] = [];
  return {
    redis,
    ledger,
    queues,
    producer,
    simulator,
    env,
    async startWorker(more = {}) {
      const worker = await startApp('worker', { ...env, ...more });
      workers.push(worker);
      return worker;
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
      for (const worker of workers) worker.signal('SIGKILL');
      await Promise.all(workers.map((worker) => worker.ended));
      await producer.close();
      await queues.close();
      await simulator.stop();
      await redis.cleanup();
    },
  };
}
