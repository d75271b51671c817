import { parseEnvironment, uploadStoreOf } from '@kieq/config';
import { removeUploads } from '@kieq/queue';
import { openStore, StorageError } from '@kieq/storage';
import type { Command } from 'commander';
import { confirm } from '../confirm.ts';
import { addCommand, type Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { deadGenerationOf, withPool, type Pool } from '../pool.ts';

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
  const env = parseEnvironment(context.env, ['redis', 'files']);
  await withPool(env, async (pool) => {
    const { record, letter } = await deadGenerationOf(pool, id);
    const isUntold = record.notice?.state === 'pending';
    const warning = isUntold ? ' Its callback has not been sent, and never will be: tell the caller.' : '';
    await confirm(context, yes, `Purging ${id} (${letter.class}) cannot be undone.${warning}`);
    const reply = await pool.ledger.purge(id, true);
    if (reply.ok === 'stale')
      throw new CliError(EXIT.refused, `${id} is ${reply.state}: only an ended generation can be purged`);
    if (reply.ok === 'open_letter') throw new CliError(EXIT.refused, `${id} still has its dead letter ${reply.class}`);
    if (isUntold) context.out.note('its callback was not sent, and never will be: tell the caller');
    if (reply.payload !== undefined) await removeImages(context, pool, id, reply.payload);
    context.out.print(
      { id, class: letter.class, purged: true },
      () => `${id} is purged; its dead letter ${letter.class} is closed`,
    );
  });
}

/** The generation is purged already: images that cannot be removed are no reason to fail. */
async function removeImages({ env, out }: Context, { ledger }: Pool, id: string, payload: string): Promise<void> {
  const uploads = openStore(uploadStoreOf(parseEnvironment(env, ['files'])));
  try {
    await removeUploads({ ledger, uploads }, id, payload);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    out.note(`its uploaded images stay in the store: ${error.message}`);
  } finally {
    await uploads.close();
  }
}
