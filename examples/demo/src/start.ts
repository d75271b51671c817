import { ConfigError, ENVIRONMENT, parseEnvironment } from '@kieq/config';
import { startApp, type AppName, type AppProcess } from '@kieq/testkit';
import { fromEnvironment } from './environment.ts';
import { openRedis } from './redis.ts';

/** What the apps need besides our settings: Node's own, such as the certificates of a proxy, and where the user's files are. */
const MORE_KEYS = ['NODE_EXTRA_CA_CERTS', 'NODE_OPTIONS', 'HOME', 'XDG_DATA_HOME'];

/** `pnpm start`: Redis, the gateway, two workers and the dashboard against the real Kie, until Ctrl-C. It enqueues nothing. */
async function start(stopped: AbortSignal): Promise<void> {
  parseEnvironment(process.env, [
    'kie',
    'callbacks',
    'pool',
    'worker',
    'gateway',
    'outbound',
    'files',
    'dashboard',
    'proxies',
  ]);
  const redis = await openRedis({ keep: true });
  const env = { ...fromEnvironment([...ENVIRONMENT.map(({ key }) => key), ...MORE_KEYS]), REDIS_URL: redis.url };
  const apps: AppProcess[] = [];
  const open = async (name: AppName, more: Readonly<Record<string, string>> = {}): Promise<AppProcess> => {
    const app = await startApp(name, { ...env, ...more }, { forward });
    apps.push(app);
    return app;
  };
  try {
    const worker1 = await open('worker', { WORKER_METRICS_PORT: '0' });
    const worker2 = await open('worker', { WORKER_METRICS_PORT: '0' });
    const gateway = await open('gateway');
    const dashboard = await open('dashboard');
    say(`gateway ${String(gateway.first['url'])}/docs`);
    say(`dashboard ${String(dashboard.first['url'])}`);
    say(`Redis ${new URL(redis.url).host} (${redis.source})`);
    for (const { first } of [worker1, worker2]) say(`worker ${String(first['ops'])}/metrics`);
    await Promise.race([
      aborted(stopped),
      endedByItself('worker 1', worker1),
      endedByItself('worker 2', worker2),
      endedByItself('gateway', gateway),
      endedByItself('dashboard', dashboard),
    ]);
  } catch (error) {
    // Ctrl-C reaches the apps too: that they end is then no defect.
    if (!stopped.aborted) throw error;
  } finally {
    for (const app of apps.toReversed()) app.signal('SIGTERM');
    await Promise.all(apps.map(({ ended }) => ended));
    await redis.stop();
  }
}

/** The apps' logs are for the operator. */
function forward(line: string, stream: 'stdout' | 'stderr'): void {
  process[stream].write(`${line}\n`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function endedByItself(label: string, app: AppProcess): Promise<never> {
  const code = await app.ended;
  throw new Error(`${label} ended by itself: ${code === null ? 'killed by a signal' : `exit code ${code}`}`);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

try {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());
  await start(stopping.signal);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof ConfigError ? 2 : 1;
}
