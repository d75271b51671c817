import { setTimeout as sleep } from 'node:timers/promises';
import { parseEnvironment } from '@kieq/config';
import { createProducer } from '@kieq/producer';
import { readStatus } from '@kieq/queue';
import { isUnavailable } from '@kieq/redis';
import type { Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { followAndDeliver } from '../follow/deliver.ts';
import { targetOf } from '../follow/save-result.ts';
import { type Pool, withPool } from '../pool.ts';
import { glanceLine, glancePage } from '../text/glance.ts';

export interface WatchOptions {
  readonly output?: string;
  readonly timeout?: number;
  readonly every: number;
  readonly times?: number;
}

export function watch(context: Context, id: string | undefined, options: WatchOptions): Promise<void> {
  if (id !== undefined) return watchOne(context, id, options);
  if (options.output === undefined && options.timeout === undefined) return watchPool(context, options);
  throw new CliError(EXIT.usage, '--output and --timeout need the id of a generation.');
}

async function watchOne(context: Context, id: string, { output, timeout }: WatchOptions): Promise<void> {
  const env = parseEnvironment(context.env, ['redis', 'files', 'outbound']);
  const target = output === undefined ? undefined : await targetOf(output);
  await withPool(env, async (pool) => {
    const producer = await createProducer({ redis: env.redisUrl, prefix: env.prefix });
    try {
      const timeoutMs = timeout === undefined ? undefined : timeout * 1000;
      await followAndDeliver(context, pool, producer.get(id), { ...env, target, timeoutMs });
    } finally {
      await producer.close();
    }
  });
}

interface PoolOptions {
  /** Seconds between refreshes. */
  readonly every: number;
  /** Number of refreshes. Default: until SIGINT. */
  readonly times?: number;
}

/** Shows the pool at an interval. SIGINT is its normal end. */
export async function watchPool(
  context: Context,
  { every, times = Number.POSITIVE_INFINITY }: PoolOptions,
): Promise<void> {
  const stop = new AbortController();
  const stopListening = context.io.onInterrupt(() => stop.abort());
  try {
    await withPool(parseEnvironment(context.env, ['redis']), async (pool) => {
      let isAway = false;
      for (let count = 1; !stop.signal.aborted; count += 1) {
        isAway = count === 1 ? await refresh(context, pool) : await refreshUnlessAway(context, pool, isAway);
        if (count >= times) return;
        await sleep(every * 1000, undefined, { signal: stop.signal }).catch(() => undefined);
      }
    });
  } finally {
    stopListening();
  }
}

/**
 * An unavailable Redis ends nothing once the pool was shown: it is shown again when Redis is back.
 * @param wasAway at the refresh before, so that it is told once
 * @returns whether Redis is away
 */
async function refreshUnlessAway(context: Context, pool: Pool, wasAway: boolean): Promise<boolean> {
  try {
    return await refresh(context, pool);
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    if (!wasAway) context.out.note((paint) => paint.warn('Redis is away; the pool is shown again when it is back.'));
    return true;
  }
}

/** Returns false: Redis is there. */
async function refresh({ out }: Context, { ledger, queues, prefix, nowMs }: Pool): Promise<boolean> {
  const [status, now] = await Promise.all([readStatus(ledger, queues), nowMs()]);
  out.page(
    { pool: prefix, at: now, ...status },
    (paint) => glancePage(prefix, status, now, paint),
    (paint) => glanceLine(status, now, paint),
  );
  return false;
}
