import { parseEnvironment } from '@kieq/config';
import type { Command } from 'commander';
import { addCommand, type Context } from '../context.ts';
import { withPool } from '../pool.ts';

export function addPause(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'pause',
    summary: 'stop all submissions of the pool until `kieq resume`; running tasks are polled on',
    examples: ['kieq pause --reason "prices are being checked"'],
  })
    .option('--reason <text>', 'shown in the status', 'paused by hand')
    .action((options: { reason: string }) => pause(context, options.reason));
}

async function pause({ env, out }: Context, reason: string): Promise<void> {
  await withPool(parseEnvironment(env, ['redis']), async ({ ledger, prefix }) => {
    await ledger.gates.pause(reason);
    out.print(
      { gate: 'paused', closed: true, reason },
      () => `${prefix} is paused: no worker submits until kieq resume`,
    );
  });
}
