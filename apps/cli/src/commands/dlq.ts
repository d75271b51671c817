import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { addDlqLs } from './dlq-ls.ts';
import { addDlqPurge } from './dlq-purge.ts';
import { addDlqRedrive } from './dlq-redrive.ts';
import { addDlqShow } from './dlq-show.ts';

export function addDlq(parent: Command, context: Context): void {
  const dlq = parent.command('dlq').description('dead letters: what needs a person');
  for (const add of [addDlqLs, addDlqShow, addDlqRedrive, addDlqPurge]) add(dlq, context);
}
