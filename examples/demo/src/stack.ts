import { startApp, type AppProcess } from '@kieq/testkit';
import { openRedis } from './redis.ts';

/** Everything that the demo starts, as real processes of the built apps. */
export interface Stack {
  readonly redisUrl: string;
  readonly prefix: string;
  readonly kieUrl: string;
  readonly apiKey: string;
  readonly dashboardUrl: string;
  readonly workerUrls: readonly string[];
  /** How Redis came to be, for the reader. */
  readonly redisSource: string;
  stop(): Promise<void>;
}

/** Kie's documented limits, and generations short enough to watch. */
const SIMULATOR_ENV = {
  SIM_API_KEY: 'demo-key-not-a-secret',
  SIM_RATE_LIMIT: '20/10000',
  SIM_GENERATION_MS: '15000~0.2',
};

export async function startStack(): Promise<Stack> {
  const stops: (() => Promise<void>)[] = [];
  // In reverse, so that nobody loses what it stands on.
  const stop = async (): Promise<void> => {
    for (const stopNext of stops.toReversed()) await stopNext();
  };
  try {
    const redis = await openRedis({ keep: false });
    stops.push(() => redis.stop());
    const start = async (name: Parameters<typeof startApp>[0], env: Record<string, string>): Promise<AppProcess> => {
      const app = await startApp(name, env);
      stops.push(() => end(app));
      return app;
    };
    const simulator = await start('simulator', SIMULATOR_ENV);
    const kieUrl = String(simulator.first['url']);
    // Its own pool: a demo must never touch the real one on the same Redis.
    const prefix = `{kieq-demo-${process.pid}}`;
    const apiKey = SIMULATOR_ENV.SIM_API_KEY;
    const common = { REDIS_URL: redis.url, KIEQ_PREFIX: prefix };
    const workerEnv = {
      ...common,
      KIE_API_KEY: apiKey,
      KIE_BASE_URL: kieUrl,
      KIE_UPLOAD_URL: kieUrl,
      WORKER_METRICS_PORT: '0',
    };
    const workers = await Promise.all([start('worker', workerEnv), start('worker', workerEnv)]);
    const dashboard = await start('dashboard', { ...common, DASHBOARD_PORT: '0' });
    return {
      redisUrl: redis.url,
      prefix,
      kieUrl,
      apiKey,
      dashboardUrl: String(dashboard.first['url']),
      workerUrls: workers.map(({ first }) => String(first['ops'])),
      redisSource: redis.source,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function end(app: AppProcess): Promise<void> {
  app.signal('SIGTERM');
  await app.ended;
}
