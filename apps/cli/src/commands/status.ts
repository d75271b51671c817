import { ENVIRONMENT, parseEnvironment } from '@kieq/config';
import { createLedger, type Ledger } from '@kieq/ledger';
import { readStatus } from '@kieq/queue';
import type { Context } from '../context.ts';
import { withPool } from '../pool.ts';
import { statusText } from '../text/status.ts';

export async function status({ env, out }: Context): Promise<void> {
  await withPool(parseEnvironment(env, ['redis']), async ({ ledger, queues, prefix, nowMs }) => {
    const [pool, now] = await Promise.all([readStatus(ledger, queues), nowMs()]);
    const other = pool.isEmpty ? await otherPool(ledger.redis, prefix) : undefined;
    out.print({ pool: prefix, at: now, ...pool }, (paint) =>
      statusText({ prefix, otherPool: other }, pool, now, paint),
    );
  });
}

const defaultPrefix = ENVIRONMENT.find(({ key }) => key === 'KIEQ_PREFIX')?.default ?? '';

/** A remark if this Redis has a pool under the default prefix; other prefixes are not searched. */
export async function otherPool(redis: Ledger['redis'], prefix: string): Promise<string | undefined> {
  if (prefix === defaultPrefix) return undefined;
  const settings = await createLedger({ redis, prefix: defaultPrefix })
    .settings.stored()
    // The user of Redis may have no right to read it.
    .catch(() => ({}));
  if (Object.keys(settings).length === 0) return undefined;
  return `this Redis has a pool under ${defaultPrefix}; check KIEQ_PREFIX`;
}
