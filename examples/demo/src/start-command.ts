import { parseArgs } from 'node:util';
import {
  ConfigError,
  ENVIRONMENT,
  FILE_SUFFIX,
  isMerelyAbsent,
  parseEnvironment,
  withSecretFiles,
  type ConfigProblem,
} from '@kieq/config';
import { describeRedisUrl } from '@kieq/redis';
import { LocalRedisError } from '@kieq/local-redis';
import { startMain, type AppName } from '@kieq/testkit';
import { agree, NotStarted } from './agree.ts';
import { readDotEnv } from './dot-env.ts';
import { fromEnvironment } from './environment.ts';
import { firstCall } from './first-call.ts';
import { keepUp, type KeptUp } from './keep-up.ts';
import type { Places } from './places.ts';
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

/** Settings that `kieq watch` needs as well to find the pool and to save a video. */
const FOR_COMMANDS = ['KIEQ_PREFIX', 'KIEQ_ALLOW_PRIVATE_URLS'];

interface StartOptions {
  /** Makes this environment the pool's settings where they differ. */
  readonly apply: boolean;
  /** Of the private Redis. Default `.kieq/data`. */
  readonly data: string | undefined;
}

/** Redis, the gateway, two workers and the dashboard, until the signal. */
async function start(places: Places, { apply, data }: StartOptions, stopped: AbortSignal): Promise<void> {
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
  const redis = await openRedis(places, { keep: true, data, url: environment['REDIS_URL'] });
  const setting = (key: string): string | undefined => (environment[key] === '' ? undefined : environment[key]);
  const keys = ENVIRONMENT.flatMap(({ key, alias = key }) => [key, alias, key + FILE_SUFFIX]);
  const env = { ...fromEnvironment([...keys, ...MORE_KEYS]), REDIS_URL: redis.url, REDIS_URL_FILE: '' };
  const apps: KeptUp[] = [];
  const open = async (name: AppName, label: string, more: Readonly<Record<string, string>> = {}): Promise<KeptUp> => {
    const surroundings = { cwd: process.cwd(), env: { ...env, ...more } };
    const startOnce = (): ReturnType<typeof startMain> => startMain(name, places.main(name), surroundings, { forward });
    const app = await keepUp({ label, start: startOnce, say });
    apps.push(app);
    return app;
  };
  try {
    say(`Redis: ${redis.source}${hasFile ? '; .env is read' : ''}`);
    // In the form that the CLI and other processes need.
    say(`REDIS_URL=${describeRedisUrl(redis.url)}`);
    await agree(places, env, apply);
    const workers = [
      await open('worker', 'worker 1', { WORKER_METRICS_PORT: '0' }),
      await open('worker', 'worker 2', { WORKER_METRICS_PORT: '0' }),
    ];
    const gateway = await open('gateway', 'the gateway');
    const dashboard = await open('dashboard', 'the dashboard');
    say(`gateway ${String(gateway.app.first['url'])}/docs`);
    say(`dashboard ${String(dashboard.app.first['url'])}`);
    for (const { app } of workers) say(`worker ${String(app.first['ops'])}/metrics`);
    const facts = {
      gatewayUrl: String(gateway.app.first['url']),
      redisUrl: describeRedisUrl(redis.url) === redis.url ? redis.url : undefined,
      settings: Object.fromEntries(FOR_COMMANDS.map((key) => [key, setting(key)])),
      wantsKey: setting('GATEWAY_API_KEYS') !== undefined,
    };
    say(firstCall(places, facts));
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
  return isUsage || error instanceof ConfigError || error instanceof NotStarted || error instanceof LocalRedisError;
}

const isAbsentKey = (problem: ConfigProblem): boolean => problem.key === 'KIE_API_KEY' && isMerelyAbsent(problem);

/** Where the key is missing, there is a way without one. */
function hintFor(error: unknown, { command }: Places): string {
  const isKeyAbsent = error instanceof ConfigError && error.problems.some(isAbsentKey);
  if (!isKeyAbsent) return '';
  return `Without a key of Kie: ${command} demo makes videos with a simulated Kie.\n`;
}

/**
 * `start [--apply] [--data <folder>]`: Redis, the gateway, two workers and the dashboard against the real Kie, until
 * Ctrl-C. It enqueues nothing, reads `.env`, restarts apps that exit, and sets the exit code.
 */
export async function startCommand(places: Places, argv: readonly string[]): Promise<void> {
  try {
    const stopping = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());
    await start(places, optionsOf(argv), stopping.signal);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${message}\n${hintFor(error, places)}`);
    process.exitCode = isForThePerson(error) ? 2 : 1;
  }
}
