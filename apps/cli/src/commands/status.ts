import { parseEnvironment } from '@kieq/config';
import { readStatus } from '@kieq/queue';
import type { Command } from 'commander';
import { addCommand, type Context } from '../context.ts';
import { withPool } from '../pool.ts';
import { otherPool } from '../other-pool.ts';
import { statusText } from '../text/status.ts';

export function addStatus(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'status',
    summary:
      'the pool at a glance: gates, what holds submissions back, workers, states, dead letters, queues, counters, settings',
    examples: ['kieq status', 'kieq status --json | jq .binding'],
  }).action(() => status(context));
}

async function status({ env, out }: Context): Promise<void> {
  await withPool(parseEnvironment(env, ['redis']), async ({ ledger, queues, prefix, nowMs }) => {
    const [pool, now] = await Promise.all([readStatus(ledger, queues), nowMs()]);
    const hint = pool.isEmpty ? await otherPool(ledger.redis, prefix) : undefined;
    out.print({ pool: prefix, at: now, ...pool }, (paint) => statusText({ prefix, hint }, pool, now, paint));
  });
}
