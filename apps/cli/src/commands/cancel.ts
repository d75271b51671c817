import { parseEnvironment } from '@kieq/config';
import { addDelivery } from '@kieq/queue';
import type { Command } from 'commander';
import { addCommand, type Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { generationOf, withPool } from '../pool.ts';

export function addCancel(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'cancel <id>',
    summary: 'cancel a generation while it is queued',
    examples: ['kieq cancel gen_01k9x2'],
    more: 'What has been submitted cannot be cancelled: Kie has no way to. Then the exit code is 4.',
  }).action((id: string) => cancel(context, id));
}

async function cancel({ env, out }: Context, id: string): Promise<void> {
  await withPool(parseEnvironment(env, ['redis']), async (pool) => {
    await generationOf(pool, id);
    const reply = await pool.ledger.cancel(id);
    if (reply.kind === 'missing') throw new CliError(EXIT.notFound, `${id} was removed meanwhile`);
    if (reply.kind === 'too_late')
      throw new CliError(EXIT.refused, `${id} is ${reply.state}: only a queued generation can be cancelled`);
    await addDelivery(pool.queues, id, reply.delivery);
    out.print({ id, state: 'cancelled' }, () => `${id} is cancelled`);
  });
}
