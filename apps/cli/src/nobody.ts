import { isManned, readWorkforce } from '@kieq/queue';
import type { Context } from './context.ts';
import type { Pool } from './pool.ts';
import { lastSeen } from './text/workers.ts';

/** Says beside the result that nobody works on the pool: what is enqueued would seem to be under way. */
export async function noteNoWorkers({ out }: Context, { ledger, queues, prefix }: Pool): Promise<void> {
  const workers = await readWorkforce(ledger, queues);
  if (isManned(workers)) return;
  out.note((paint) =>
    paint.warn(
      `No worker is running on the pool ${prefix} (${lastSeen(workers)}); what waits stays where it is until one does.`,
    ),
  );
}
