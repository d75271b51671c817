import { parseEnvironment } from '@kieq/config';
import { DEAD_LETTER_CLASSES, isKnown, newerDeadLetterText } from '@kieq/domain';
import type { LeftInStores } from '@kieq/ledger';
import { proxiesOf } from '@kieq/proxy';
import { removeFromStores } from '@kieq/queue';
import { openBlobStore } from '@kieq/storage';
import type { Command } from 'commander';
import { confirm } from '../confirm.ts';
import { addCommand, type Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { openUploads } from '../images/pool-store.ts';
import { deadGenerationOf, withPool, type Pool } from '../pool.ts';

export function addDlqPurge(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'purge <id>',
    summary: 'give a dead letter up: close it and remove payload, result and files; a tombstone stays',
    examples: ['kieq dlq purge gen_01k9x2 --yes'],
  })
    .option('--yes', 'do not ask')
    .action((id: string, options: { yes?: true }) => purge(context, id, options.yes));
}

async function purge(context: Context, id: string, yes: boolean | undefined): Promise<void> {
  const env = parseEnvironment(context.env, ['redis', 'files']);
  await withPool(env, async (pool) => {
    const { record, deadLetter } = await deadGenerationOf(pool, id);
    if (!isKnown(DEAD_LETTER_CLASSES, deadLetter.class))
      throw new CliError(EXIT.refused, `${id}: ${newerDeadLetterText(deadLetter.class)}`);
    const isUndelivered = record.delivery?.state === 'pending';
    const warning = isUndelivered ? ' Its callback has not been sent, and never will be: tell the caller.' : '';
    await confirm(context, yes, `Purging ${id} (${deadLetter.class}) cannot be undone.${warning}`);
    const reply = await pool.ledger.purge(id, true);
    if (reply.kind === 'stale')
      throw new CliError(EXIT.refused, `${id} is ${reply.state}: only an ended generation can be purged`);
    if (reply.kind === 'newer') throw new CliError(EXIT.refused, `${id}: ${newerDeadLetterText(reply.class)}`);
    if (reply.kind === 'open_letter')
      throw new CliError(EXIT.refused, `${id} still has its dead letter ${reply.class}`);
    if (isUndelivered) context.out.note('its callback was not sent, and never will be: tell the caller');
    if (reply.left !== undefined) await removeFiles(context, pool, id, reply.left);
    context.out.print(
      { id, class: deadLetter.class, purged: true },
      () => `${id} is purged; its dead letter ${deadLetter.class} is closed`,
    );
  });
}

/** The generation is purged already: files that cannot be removed are no reason to fail. */
async function removeFiles(context: Context, { ledger }: Pool, id: string, left: LeftInStores): Promise<void> {
  const files = parseEnvironment(context.env, ['files']);
  const uploads = openUploads(context, files);
  const results = files.archive === undefined ? undefined : openBlobStore(files.archive, proxiesOf(files));
  try {
    for (const stays of await removeFromStores({ ledger, uploads, results }, id, left)) context.out.note(stays);
  } finally {
    await uploads.close();
    await results?.close();
  }
}
