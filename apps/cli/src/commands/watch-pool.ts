import { setTimeout as sleep } from 'node:timers/promises';
import { parseEnvironment } from '@kieq/config';
import { readStatus } from '@kieq/queue';
import type { Context } from '../context.ts';
import { withPool, type Pool } from '../pool.ts';
import { glanceLine, glancePage } from '../text/glance.ts';

interface PoolOptions {
  /** Seconds from one look to the next. */
  readonly every: number;
  /** So many looks. Default: until SIGINT. */
  readonly times?: number;
}

/** Shows the pool again and again. SIGINT is its normal end. */
export async function watchPool(
  context: Context,
  { every, times = Number.POSITIVE_INFINITY }: PoolOptions,
): Promise<void> {
  const stop = new AbortController();
  const unhear = context.io.onInterrupt(() => stop.abort());
  try {
    await withPool(parseEnvironment(context.env, ['redis']), async (pool) => {
      for (let looks = 1; !stop.signal.aborted; looks += 1) {
        await look(context, pool);
        if (looks >= times) return;
        await sleep(every * 1000, undefined, { signal: stop.signal }).catch(() => undefined);
      }
    });
  } finally {
    unhear();
  }
}

async function look({ out }: Context, { ledger, queues, prefix, nowMs }: Pool): Promise<void> {
  const [status, now] = await Promise.all([readStatus(ledger, queues), nowMs()]);
  out.page(
    { pool: prefix, at: now, ...status },
    (paint) => glancePage(prefix, status, now, paint),
    (paint) => glanceLine(status, now, paint),
  );
}
