import { parseEnvironment } from '@kieq/config';
import type { Command } from 'commander';
import { confirm } from '../confirm.ts';
import { addCommand, type Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { deadGenerationOf, withPool } from '../pool.ts';

export function addDlqPurge(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'purge <id>',
    summary: 'give a dead letter up: close it and remove payload and result; a tombstone stays',
    examples: ['kieq dlq purge gen_01k9x2 --yes'],
  })
    .option('--yes', 'do not ask')
    .action((id: string, options: { yes?: true }) => purge(context, id, options.yes));
}

async function purge(context: Context, id: string, yes: boolean | undefined): Promise<void> {
  await withPool(parseEnvironment(context.env, ['redis']), async (pool) => {
    const { letter } = await deadGenerationOf(pool, id);
    await confirm(context, yes, `Purging ${id} (${letter.class}) cannot be undone.`);
    const reply = await pool.ledger.purge(id, true);
    if (reply.ok === 'stale')
      throw new CliError(EXIT.refused, `${id} is ${reply.state}: only an ended generation can be purged`);
    if (reply.ok === 'open_letter') throw new CliError(EXIT.refused, `${id} still has its dead letter ${reply.class}`);
    context.out.print(
      { id, class: letter.class, purged: true },
      () => `${id} is purged; its dead letter ${letter.class} is closed`,
    );
  });
}
