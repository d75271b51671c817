import { parseEnvironment } from '@kieq/config';
import { addDelivery } from '@kieq/queue';
import type { Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { generationOf, withPool } from '../pool.ts';

export async function cancel({ env, out }: Context, id: string): Promise<void> {
  await withPool(parseEnvironment(env, ['redis']), async (pool) => {
    await generationOf(pool, id);
    const reply = await pool.ledger.cancel(id);
    if (reply.kind === 'missing') throw new CliError(EXIT.notFound, `${id} was removed before it could be cancelled`);
    if (reply.kind === 'too_late')
      throw new CliError(EXIT.refused, `${id} is ${reply.state}: only a queued generation can be cancelled`);
    await addDelivery(pool.queues, id, reply.delivery);
    out.print({ id, state: 'cancelled' }, () => `${id} is cancelled`);
  });
}
