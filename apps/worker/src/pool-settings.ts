import { asStored, poolSettings, settingsText } from '@kieq/config';
import type { Ledger } from '@kieq/ledger';
import { differsFromPool } from '@kieq/process';
import type { RedisClient } from '@kieq/redis';
import type { Logger } from '@kieq/telemetry';
import type { WorkerEnvironment } from './environment.ts';

/**
 * The first process of a pool stores its settings; a later one must have the same.
 * @throws StartRefused when this worker differs from its pool
 */
export async function agreeOnSettings(ledger: Ledger, env: WorkerEnvironment): Promise<void> {
  const ours = asStored(settingsText(poolSettings(env)), await ledger.settings.stored());
  const agreed = await ledger.settings.agree(ours);
  if (agreed.kind === 'agreed') return;
  const advice =
    'Correct this environment, or change the pool for all workers: kieq config set <setting> <value> (kieq config apply takes the whole environment).';
  throw differsFromPool('worker', env.prefix, agreed.differences, advice);
}

/**
 * A Redis that comes back without its data has forgotten the pool's limits and account too, and the defaults would hold
 * instead. So a worker that finds no settings after a reconnect stores its own.
 */
export function restoreSettings(redis: RedisClient, ledger: Ledger, env: WorkerEnvironment, logger: Logger): void {
  const restore = async (): Promise<void> => {
    if (Object.keys(await ledger.settings.stored()).length > 0) return;
    logger.error('Redis has lost the data of the pool; the worker stores the settings of this environment again');
    await ledger.settings.agree(settingsText(poolSettings(env)));
  };
  redis.on('ready', () => {
    restore().catch((error: unknown) =>
      logger.warn({ err: error }, 'the worker could not check the settings of the pool'),
    );
  });
}
