import { parseArgs } from 'node:util';
import { describeRedisUrl } from '@kieq/redis';
import type { AppName } from '@kieq/testkit';
import { fromEnvironment } from './environment.ts';
import { openOwnPool } from './own-pool.ts';
import { bundle, sourceFolders, staleApps, type StaleApp } from './rebuild.ts';
import { Replaceable } from './replaceable.ts';
import { REPOSITORY } from './places.ts';
import { poolEnvironment, simulatorEnvironment } from './simulated.ts';
import { FolderWatch } from './watch-folders.ts';

/** Apps that follow their sources. The simulator does not: it would forget its tasks. */
const FOLLOWING: readonly AppName[] = ['worker', 'gateway', 'dashboard'];
/** Running calls to the simulator end sooner; a restart should not wait for more. In ms. */
const GRACE_MS = '2000';
/** Ports of the debugger with `--inspect`. */
const DEBUG_PORTS = { 'worker 1': 9229, 'worker 2': 9230, gateway: 9231 };
/** What the environment of the command may set. */
const PASSED = ['LOG_LEVEL', 'GATEWAY_PORT', 'DASHBOARD_PORT'];

/**
 * `pnpm dev [--inspect]`: a pool of its own against the simulated Kie, until Ctrl-C. After a change of a source file it
 * bundles the apps that contain it and restarts their processes. A bundle that fails leaves the processes as they are.
 */
async function dev(inspect: boolean, stopped: AbortSignal): Promise<void> {
  const pool = await openOwnPool(REPOSITORY, 'dev');
  const watch = new FolderWatch();
  const apps: Replaceable[] = [];
  // The addresses outlive a restart, also where the ports were free ones (0).
  const ports: Record<string, string> = {};
  const add = (name: AppName, label: string, env: Readonly<Record<string, string>>): Replaceable => {
    const app = new Replaceable({
      name,
      label,
      env: () => ({
        ...env,
        ...fromEnvironment(PASSED),
        ...ports,
        ...debugging(inspect, label),
        KIEQ_SHUTDOWN_GRACE_MS: GRACE_MS,
      }),
      forward: (line, stream) => process[stream].write(`${label} | ${line}\n`),
      exited(how) {
        // Ctrl-C reaches the apps too.
        if (!stopped.aborted) say(`${label} exited (${how}); it restarts after the next change of its sources`);
      },
    });
    apps.push(app);
    return app;
  };
  try {
    const simulator = await add('simulator', 'simulator', simulatorEnvironment()).start();
    const env = poolEnvironment(pool, String(simulator['url']));
    await add('worker', 'worker 1', env.worker).start();
    await add('worker', 'worker 2', env.worker).start();
    const gateway = await add('gateway', 'gateway', env.gateway).start();
    const dashboard = await add('dashboard', 'dashboard', env.dashboard).start();
    ports['GATEWAY_PORT'] = new URL(String(gateway['url'])).port;
    ports['DASHBOARD_PORT'] = new URL(String(dashboard['url'])).port;
    watch.add(await sourceFolders(FOLLOWING));
    say(`Redis ${describeRedisUrl(pool.redis.url)} (${pool.redis.source}), prefix ${pool.prefix}`);
    say(`gateway ${String(gateway['url'])}/docs`);
    say(`dashboard ${String(dashboard['url'])}`);
    say('Change a source file: the apps that contain it are bundled and restarted. Ctrl-C stops everything.');
    await follow(apps, watch, stopped);
  } catch (error) {
    if (!stopped.aborted) throw error;
  } finally {
    watch.close();
    for (const app of apps.toReversed()) await app.stop();
    await pool.close();
  }
}

async function follow(apps: readonly Replaceable[], watch: FolderWatch, stopped: AbortSignal): Promise<void> {
  for (;;) {
    await watch.next(stopped);
    if (stopped.aborted) return;
    for (const stale of await staleApps(FOLLOWING)) await renew(stale, apps);
    watch.add(await sourceFolders(FOLLOWING));
  }
}

/** Bundles an app and restarts its processes one after the other. Never rejects: the next change may fix it. */
async function renew({ name, source }: StaleApp, apps: readonly Replaceable[]): Promise<void> {
  const startedMs = performance.now();
  try {
    await bundle(name);
  } catch (error) {
    return say(`${source} changed; ${name} was not bundled and keeps running unchanged: ${messageOf(error)}`);
  }
  for (const app of apps.filter((one) => one.name === name)) {
    try {
      await app.start();
      say(`${source} changed: ${app.label} restarted after ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
    } catch (error) {
      say(`${source} changed; ${app.label} does not start: ${messageOf(error)}`);
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function debugging(inspect: boolean, label: string): Record<string, string> {
  const port = Object.entries(DEBUG_PORTS).find(([one]) => one === label)?.[1];
  if (!inspect || port === undefined) return {};
  return { NODE_OPTIONS: `--enable-source-maps --inspect=127.0.0.1:${port}` };
}

function say(text: string): void {
  process.stdout.write(`dev | ${text}\n`);
}

try {
  const { values } = parseArgs({ options: { inspect: { type: 'boolean', default: false } } });
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());
  await dev(values.inspect, stopping.signal);
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
