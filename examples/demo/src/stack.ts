import { startMain, type AppName, type AppProcess } from '@kieq/testkit';
import { openOwnPool, type OwnPool } from './own-pool.ts';
import { REPOSITORY, type Places } from './places.ts';
import { poolEnvironment, simulatorEnvironment } from './simulated.ts';

/** Everything that the demo starts, as real processes of the built apps. */
export interface Stack {
  readonly redisUrl: string;
  readonly prefix: string;
  readonly kieUrl: string;
  readonly gatewayUrl: string;
  readonly dashboardUrl: string;
  readonly workerUrls: readonly string[];
  /** Where Redis comes from, for messages. */
  readonly redisSource: string;
  /** Aborts, with the reason, when one of the apps exits. */
  readonly broken: AbortSignal;
  /** Ends the apps and removes the demo's keys. */
  stop(): Promise<void>;
}

/** Lines of an app's errors that are shown when it exits. */
const ERROR_LINES = 20;

export async function startStack(places: Places = REPOSITORY): Promise<Stack> {
  const pool = await openOwnPool(places, 'demo');
  const apps = new Apps(places);
  const stop = async (): Promise<void> => {
    await apps.stop();
    await pool.close();
  };
  try {
    return { ...(await startApps(apps, pool)), broken: apps.broken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startApps(apps: Apps, pool: OwnPool): Promise<Omit<Stack, 'broken' | 'stop'>> {
  const simulator = await apps.start('simulator', 'simulator', simulatorEnvironment());
  const kieUrl = String(simulator.first['url']);
  const env = poolEnvironment(pool, kieUrl);
  // One after the other: when one does not start, no other one is still starting.
  const workers = [
    await apps.start('worker', 'worker 1', env.worker),
    await apps.start('worker', 'worker 2', env.worker),
  ];
  const gateway = await apps.start('gateway', 'gateway', { ...env.gateway, GATEWAY_PORT: '0' });
  const dashboard = await apps.start('dashboard', 'dashboard', { ...env.dashboard, DASHBOARD_PORT: '0' });
  return {
    redisUrl: pool.redis.url,
    prefix: pool.prefix,
    kieUrl,
    gatewayUrl: String(gateway.first['url']),
    dashboardUrl: String(dashboard.first['url']),
    workerUrls: workers.map(({ first }) => String(first['ops'])),
    redisSource: pool.redis.source,
  };
}

/** The started apps; `broken` aborts when one exits. */
class Apps {
  readonly #apps: AppProcess[] = [];
  readonly #broken = new AbortController();
  readonly broken = this.#broken.signal;
  #isStopping = false;
  readonly #places: Places;

  constructor(places: Places) {
    this.#places = places;
  }

  async start(name: AppName, label: string, env: Readonly<Record<string, string>>): Promise<AppProcess> {
    const errors: string[] = [];
    const app = await startMain(
      name,
      this.#places.main(name),
      { cwd: process.cwd(), env },
      {
        forward(line, stream) {
          if (stream === 'stderr') errors.push(line);
          if (errors.length > ERROR_LINES) errors.shift();
        },
      },
    );
    this.#apps.push(app);
    void app.ended.then((code) => {
      if (this.#isStopping) return;
      const how = code === null ? 'killed by a signal' : `exit code ${code}`;
      const last = errors.length > 0 ? errors : app.output().split('\n').slice(-3);
      this.#broken.abort(new Error([`${label} exited: ${how}`, ...last].join('\n')));
    });
    return app;
  }

  /** In reverse order, so that no app loses a service that it uses. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const app of this.#apps.toReversed()) {
      app.signal('SIGTERM');
      await app.ended;
    }
  }
}
