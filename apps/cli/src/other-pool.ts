import { ENVIRONMENT } from '@kieq/config';
import { createLedger, type Ledger } from '@kieq/ledger';

const defaultPrefix = ENVIRONMENT.find(({ key }) => key === 'KIEQ_PREFIX')?.default ?? '';

/**
 * Where a pool may be that is not under this prefix: whether there is one under the default, and no search through what
 * else lies in this Redis.
 */
export async function otherPool(redis: Ledger['redis'], prefix: string): Promise<string | undefined> {
  if (prefix === defaultPrefix) return undefined;
  const settings = await createLedger({ redis, prefix: defaultPrefix })
    .settings.stored()
    // A user of Redis who may not look there is told nothing.
    .catch(() => ({}));
  if (Object.keys(settings).length === 0) return undefined;
  return `this Redis has a pool under ${defaultPrefix}; check KIEQ_PREFIX`;
}
