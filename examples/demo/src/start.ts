import { ConfigError, ENVIRONMENT, parseEnvironment } from '@kieq/config';
import { startApp, type AppProcess } from '@kieq/testkit';
import { openRedis } from './redis.ts';

/** `pnpm start`: Redis, two workers and the dashboard against the real Kie, until Ctrl-C. It enqueues nothing. */
async function start(): Promise<void> {
  parseEnvironment(process.env, ['kie', 'callbacks', 'pool', 'worker', 'dashboard']);
  const redis = await openRedis({ keep: true });
  const given = ENVIRONMENT.flatMap(({ key }) => {
    const value = process.env[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  const env = { ...Object.fromEntries(given), REDIS_URL: redis.url };
  const apps: AppProcess[] = [];
  try {
    for (let i = 0; i < 2; i += 1) apps.push(await startApp('worker', { ...env, WORKER_METRICS_PORT: '0' }));
    const dashboard = await startApp('dashboard', env);
    apps.push(dashboard);
    process.stdout.write(
      `dashboard ${String(dashboard.first['url'])}\nRedis ${new URL(redis.url).host} (${redis.source})\n`,
    );
    for (const { first } of apps.slice(0, 2)) process.stdout.write(`worker ${String(first['ops'])}/metrics\n`);
    await new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    });
  } finally {
    for (const app of apps.toReversed()) app.signal('SIGTERM');
    await Promise.all(apps.map(({ ended }) => ended));
    await redis.stop();
  }
}

try {
  await start();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof ConfigError ? 2 : 1;
}
