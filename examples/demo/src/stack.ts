import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { closeConnection, createConnection, waitUntilReady } from '@kieq/redis';
import { removeKeys, startApp, uniquePrefix, type AppName, type AppProcess } from '@kieq/testkit';
import { fromEnvironment } from './environment.ts';
import { openRedis, type OpenRedis } from './redis.ts';

/** Everything that the demo starts, as real processes of the built apps. */
export interface Stack {
  readonly redisUrl: string;
  readonly prefix: string;
  readonly kieUrl: string;
  readonly gatewayUrl: string;
  readonly dashboardUrl: string;
  readonly workerUrls: readonly string[];
  /** How Redis came to be, for the reader. */
  readonly redisSource: string;
  /** Aborts, with the reason, when one of the apps ends by itself. */
  readonly broken: AbortSignal;
  /** Ends the apps and removes the demo's keys. */
  stop(): Promise<void>;
}

/** Kie's documented limits, and generations short enough to watch. */
const SIMULATOR_ENV = {
  SIM_API_KEY: 'demo-key-not-a-secret',
  SIM_RATE_LIMIT: '20/10000',
  SIM_GENERATION_MS: '15000~0.2',
};
/** Of the demo's callbacks; the receiver of examples/http checks it. */
export const DEMO_WEBHOOK_SECRET = 'demo-secret-not-a-secret';
/** What the caller's environment may add, to show the failing side. */
const SIMULATOR_PASSED = ['SIM_FAIL_RATE', 'SIM_FAULTS'];
/** Lines of an app's errors that are shown when it ends by itself. */
const ERROR_LINES = 20;

export async function startStack(): Promise<Stack> {
  const redis = await openRedis({ keep: false });
  // Its own pool: a demo must never touch the real one on the same Redis.
  const prefix = uniquePrefix('demo');
  const uploads = await mkdtemp(join(tmpdir(), 'kieq-demo-'));
  const apps = new Apps();
  const stop = async (): Promise<void> => {
    await apps.stop();
    await removeOwnKeys(redis.url, prefix);
    await rm(uploads, { recursive: true, force: true });
    await redis.stop();
  };
  try {
    return { ...(await startApps(apps, redis, prefix, uploads)), broken: apps.broken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startApps(
  apps: Apps,
  redis: OpenRedis,
  prefix: string,
  uploads: string,
): Promise<Omit<Stack, 'broken' | 'stop'>> {
  const simulator = await apps.start('simulator', 'simulator', {
    ...fromEnvironment(SIMULATOR_PASSED),
    ...SIMULATOR_ENV,
  });
  const kieUrl = String(simulator.first['url']);
  const common = { REDIS_URL: redis.url, KIEQ_PREFIX: prefix };
  const kieEnv = {
    ...common,
    KIE_API_KEY: SIMULATOR_ENV.SIM_API_KEY,
    KIE_BASE_URL: kieUrl,
    KIE_UPLOAD_URL: kieUrl,
    // Between the gateway, which takes the photographs, and the workers, which pass them on.
    UPLOAD_STORE_URL: pathToFileURL(uploads).href,
    // A caller's receiver on this machine may be called: everything here is on it, and nothing is anybody's.
    KIEQ_ALLOW_PRIVATE_URLS: 'true',
    GATEWAY_WEBHOOK_SECRET: DEMO_WEBHOOK_SECRET,
  };
  // The simulated tasks take seconds where Kie takes minutes: looks must be sooner alike.
  const workerEnv = { ...kieEnv, WORKER_METRICS_PORT: '0', KIEQ_TIME_SCALE: '0.2' };
  // One after the other: when one does not start, none is left on its way.
  const workers = [
    await apps.start('worker', 'worker 1', workerEnv),
    await apps.start('worker', 'worker 2', workerEnv),
  ];
  const gateway = await apps.start('gateway', 'gateway', { ...kieEnv, GATEWAY_PORT: '0' });
  const dashboard = await apps.start('dashboard', 'dashboard', { ...common, DASHBOARD_PORT: '0' });
  return {
    redisUrl: redis.url,
    prefix,
    kieUrl,
    gatewayUrl: String(gateway.first['url']),
    dashboardUrl: String(dashboard.first['url']),
    workerUrls: workers.map(({ first }) => String(first['ops'])),
    redisSource: redis.source,
  };
}

/** The started apps; notices when one ends by itself. */
class Apps {
  readonly #apps: AppProcess[] = [];
  readonly #broken = new AbortController();
  readonly broken = this.#broken.signal;
  #isStopping = false;

  async start(name: AppName, label: string, env: Readonly<Record<string, string>>): Promise<AppProcess> {
    const errors: string[] = [];
    const app = await startApp(name, env, {
      forward(line, stream) {
        if (stream === 'stderr') errors.push(line);
        if (errors.length > ERROR_LINES) errors.shift();
      },
    });
    this.#apps.push(app);
    void app.ended.then((code) => {
      if (this.#isStopping) return;
      const how = code === null ? 'killed by a signal' : `exit code ${code}`;
      const last = errors.length > 0 ? errors : app.output().split('\n').slice(-3);
      this.#broken.abort(new Error([`${label} ended by itself: ${how}`, ...last].join('\n')));
    });
    return app;
  }

  /** In reverse, so that nobody loses what it stands on. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const app of this.#apps.toReversed()) {
      app.signal('SIGTERM');
      await app.ended;
    }
  }
}

/** The Redis may be somebody's own (REDIS_URL): leave nothing there. Never rejects, so as not to hide what went wrong. */
async function removeOwnKeys(url: string, prefix: string): Promise<void> {
  const client = createConnection({ url, role: 'producer', connectionName: 'kieq-demo' });
  try {
    await waitUntilReady(client);
    for (const server of 'nodes' in client ? client.nodes('master') : [client]) await removeKeys(server, prefix);
  } catch (error) {
    process.stderr.write(
      `keys under ${prefix} may remain: ${error instanceof Error ? error.message : String(error)}\n`,
    );
  } finally {
    await closeConnection(client);
  }
}
