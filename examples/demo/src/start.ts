import { parseArgs } from 'node:util';
import { ConfigError, ENVIRONMENT, FILE_SUFFIX, parseEnvironment, withSecretFiles } from '@kieq/config';
import { describeRedisUrl } from '@kieq/redis';
import { startApp, type AppName } from '@kieq/testkit';
import { agree, NotStarted } from './agree.ts';
import { readDotEnv } from './dot-env.ts';
import { fromEnvironment } from './environment.ts';
import { keepUp, type KeptUp } from './keep-up.ts';
import { openRedis } from './redis.ts';

/** Variables that the apps need in addition to kieq's settings: Node's own, such as the certificates of a proxy, where the user's files are, and the buckets' credentials. */
const MORE_KEYS = [
  'NODE_EXTRA_CA_CERTS',
  'NODE_OPTIONS',
  'HOME',
  'XDG_DATA_HOME',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_REGION',
  'AWS_PROFILE',
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_S3',
];

interface StartOptions {
  /** Makes this environment the pool's settings where they differ. */
  readonly apply: boolean;
  /** Of the private Redis. Default `.kieq/data`. */
  readonly data: string | undefined;
}

/**
 * `pnpm start [--apply] [--data <folder>]`: Redis, the gateway, two workers and the dashboard against the real Kie, until
 * Ctrl-C. It enqueues nothing, reads `.env`, and restarts apps that exit.
 */
async function start({ apply, data }: StartOptions, stopped: AbortSignal): Promise<void> {
  const hasFile = readDotEnv(process.cwd());
  const groups = [
    'kie',
    'callbacks',
    'pool',
    'worker',
    'gateway',
    'outbound',
    'files',
    'dashboard',
    'proxies',
  ] as const;
  const environment = withSecretFiles(process.env);
  parseEnvironment(environment, groups);
  const redis = await openRedis({ keep: true, data, url: environment['REDIS_URL'] });
  const keys = ENVIRONMENT.flatMap(({ key, alias = key }) => [key, alias, key + FILE_SUFFIX]);
  const env = { ...fromEnvironment([...keys, ...MORE_KEYS]), REDIS_URL: redis.url, REDIS_URL_FILE: '' };
  const apps: KeptUp[] = [];
  const open = async (name: AppName, label: string, more: Readonly<Record<string, string>> = {}): Promise<KeptUp> => {
    const startOnce = (): ReturnType<typeof startApp> => startApp(name, { ...env, ...more }, { forward });
    const app = await keepUp({ label, start: startOnce, say });
    apps.push(app);
    return app;
  };
  try {
    say(`Redis: ${redis.source}${hasFile ? '; .env is read' : ''}`);
    // In the form that the CLI and other processes need.
    say(`REDIS_URL=${describeRedisUrl(redis.url)}`);
    await agree(env, apply);
    const workers = [
      await open('worker', 'worker 1', { WORKER_METRICS_PORT: '0' }),
      await open('worker', 'worker 2', { WORKER_METRICS_PORT: '0' }),
    ];
    const gateway = await open('gateway', 'the gateway');
    const dashboard = await open('dashboard', 'the dashboard');
    say(`gateway ${String(gateway.app.first['url'])}/docs`);
    say(`dashboard ${String(dashboard.app.first['url'])}`);
    for (const { app } of workers) say(`worker ${String(app.first['ops'])}/metrics`);
    await Promise.race([aborted(stopped), ...apps.map(({ given }) => given)]);
  } catch (error) {
    // Ctrl-C reaches the apps, too: their exit is then no error.
    if (!stopped.aborted) throw error;
  } finally {
    await Promise.all(apps.toReversed().map((app) => app.stop()));
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

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function optionsOf(argv: readonly string[]): StartOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: { apply: { type: 'boolean', default: false }, data: { type: 'string' } },
  });
  return { apply: values.apply, data: values.data };
}

/** Whether the message is enough, and the operator must act: exit code 2. */
function isForThePerson(error: unknown): boolean {
  const isUsage = error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  return isUsage || error instanceof ConfigError || error instanceof NotStarted;
}

try {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());
  await start(optionsOf(process.argv.slice(2)), stopping.signal);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = isForThePerson(error) ? 2 : 1;
}
