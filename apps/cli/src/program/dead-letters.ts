import { DEAD_LETTER_CLASSES } from '@kieq/domain';
import { Option, type Command } from 'commander';
import type { DlqLsOptions } from '../commands/dlq.ts';
import type { RedriveFlags } from '../commands/dlq-redrive.ts';
import type { Context } from '../context.ts';
import { addCommand, wholeNumber } from './command.ts';

/** `kieq dlq …`: generations that stopped and wait for a decision. Each command loads its code when it runs. */
export function addDeadLetterCommands(program: Command, context: Context): void {
  const dlq = program.command('dlq').description('dead letters: generations and callbacks that wait for a decision');
  for (const add of [addLs, addShow, addRedrive, addPurge]) add(dlq, context);
}

function addLs(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'ls',
    summary: 'open dead letters by class, the oldest first',
    examples: ['kieq dlq ls', 'kieq dlq ls --class payment_unknown --json'],
  })
    .addOption(new Option('--class <class>', 'only this class').choices(DEAD_LETTER_CLASSES))
    .option('--limit <n>', 'maximum number of each class', wholeNumber(1, 10_000), 50)
    .action(async (options: DlqLsOptions) => (await import('../commands/dlq.ts')).dlqLs(context, options));
}

function addShow(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'show <id>',
    summary: 'one dead letter: evidence, advice, and the commands to go on',
    examples: ['kieq dlq show gen_01k9x2'],
    more: '`kieq show <id>` prints everything about its generation.',
  }).action(async (id: string) => (await import('../commands/dlq.ts')).dlqShow(context, id));
}

function addRedrive(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'redrive [id]',
    summary: 'resume one dead letter, or all of a class, at the step that its class names',
    examples: [
      'kieq dlq redrive gen_01k9x2',
      'kieq dlq redrive --class insufficient_credits --dry-run',
      'kieq dlq redrive gen_01k9x2 --pay-again --yes',
      'kieq dlq redrive gen_01k9x2 --class notify_failed',
    ],
    more: `--pay-again needs a yes on the terminal, or --yes. With --class alone, --json prints one line for each dead letter and a
summary; Ctrl-C stops between two dead letters.`,
  })
    .addOption(
      new Option('--class <class>', 'all open dead letters of this class, or with an id the one of this class').choices(
        DEAD_LETTER_CLASSES,
      ),
    )
    .option('--pay-again', 'submit again although a paid task may exist')
    .option('--dry-run', 'print what would happen and change nothing')
    .option('--rate <n>', 'by class: redrives per second', wholeNumber(1, 1000), 50)
    .option('--yes', 'do not ask for confirmation')
    .action(async (id: string | undefined, flags: RedriveFlags) =>
      (await import('../commands/dlq-redrive.ts')).redrive(context, id, flags),
    );
}

function addPurge(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'purge <id>',
    summary: 'give up a dead letter: close it and remove payload, result and files; a tombstone stays',
    examples: ['kieq dlq purge gen_01k9x2 --yes'],
  })
    .option('--yes', 'do not ask for confirmation')
    .action(async (id: string, options: { yes?: true }) =>
      (await import('../commands/dlq.ts')).dlqPurge(context, id, options.yes),
    );
}
