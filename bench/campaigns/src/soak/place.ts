import { startLocalRedis, type LocalRedis } from '@kieq/local-redis';
import { createDice } from '../chaos/dice.ts';
import { startHooks, type Hooks } from '../chaos/hooks.ts';
import { mintSecrets, secretEnvironment, type Secrets } from '../chaos/secrets.ts';
import { createSlot, killAtExit, type Slot } from '../chaos/slot.ts';
import { startProcessPool, type ProcessPool, type AppName, teach } from '@kieq/testkit';
import { SOAK_KIE, typicalDurations } from './kie.ts';

/** What a soak runs on. */
export interface Place {
  readonly redis: LocalRedis;
  readonly pool: ProcessPool;
  readonly secrets: Secrets;
  readonly hooks: Hooks;
  readonly gatewayUrl: string;
  readonly workers: readonly Slot[];
  /** Every process that is measured, by name; all of them run from the start to the end. */
  readonly processes: ReadonlyMap<string, number>;
  readonly crashes: readonly string[];
  close(): Promise<void>;
}

/** Ended generations are purged after this time, tombstones after as long again: so their number comes to rest. */
const RETENTION_MS = 60_000;

const ENV = {
  KIEQ_SUBMIT_LIMIT: '150',
  KIEQ_SUBMIT_WINDOW_MS: '2000',
  KIEQ_SUBMIT_TIMEOUT_MS: '5000',
  KIEQ_POLL_LIMIT_PER_SECOND: '200',
  KIEQ_MAX_IN_FLIGHT: '5000',
  KIEQ_UNKNOWN_WINDOW_MS: '60000',
  KIEQ_HOLD_MS: '1000',
  KIEQ_ALLOW_PRIVATE_URLS: 'true',
  DASHBOARD_PORT: '0',
};

export async function openPlace(cacheDir: string): Promise<Place> {
  const secrets = mintSecrets();
  const redis = await startLocalRedis({ cacheDir, appendonly: true });
  const hooks = await startHooks(secrets.callerSecret, createDice(1, 'hooks'));
  const pool = await startProcessPool({
    redisUrl: redis.url,
    name: 'soak',
    simulator: { ...SOAK_KIE, webhookKey: secrets.webhookKey },
    env: { ...secretEnvironment(secrets), ...ENV },
  });
  await teach(pool.ledger, typicalDurations());
  const crashes: string[] = [];
  const slot = (app: AppName, name: string, more: Readonly<Record<string, string>> = {}): Slot =>
    createSlot({
      app,
      name,
      env: { ...pool.env, ...more },
      write: () => undefined,
      onCrash: (exitCode) => crashes.push(`${name} ended with ${exitCode ?? 'a signal'}`),
    });
  const gateway = slot('gateway', 'gateway');
  await gateway.start();
  const gatewayUrl = gateway.now()?.url ?? '';
  const workers = ['worker 1', 'worker 2'].map((name) => slot('worker', name, { PUBLIC_URL: gatewayUrl }));
  const dashboard = slot('dashboard', 'dashboard');
  const slots = [gateway, ...workers, dashboard];
  const callOff = killAtExit(slots);
  for (const one of slots) await one.start();
  // The environment demands 14 days, since jobs are kept for a week; no job is retried here.
  await pool.ledger.settings.overwrite({ retentionMs: RETENTION_MS });
  return {
    redis,
    pool,
    secrets,
    hooks,
    gatewayUrl,
    workers,
    processes: new Map(slots.map((one) => [one.name, one.now()?.pid ?? 0])),
    crashes,
    async close() {
      callOff();
      await Promise.all(slots.map((one) => one.kill()));
      await pool.stop();
      await hooks.stop();
      await redis.stop();
    },
  };
}
