import { DEAD_LETTER_CLASSES, type DeadLetterClass } from '@kieq/domain';
import { Option, type Command } from 'commander';
import { addCommand, type Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { wholeNumber } from '../forms.ts';
import { redriveByClass } from './redrive-by-class.ts';
import { redriveById } from './redrive-by-id.ts';

export interface RedriveFlags {
  readonly payAgain?: true;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly rate: number;
}

const MORE = `Paying again is confirmed by a person, or by --yes. By class, --json prints one line for each dead letter and a summary;
Ctrl-C stops between two of them.`;

export function addDlqRedrive(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'redrive [id]',
    summary: 'resume one dead letter, or all of a class, at the step that its class names',
    examples: [
      'kieq dlq redrive gen_01k9x2',
      'kieq dlq redrive --class insufficient_credits --dry-run',
      'kieq dlq redrive gen_01k9x2 --pay-again --yes',
      'kieq dlq redrive gen_01k9x2 --class notify_failed',
    ],
    more: MORE,
  })
    .addOption(
      new Option('--class <class>', 'all open dead letters of this class, or that one of the generation').choices(
        DEAD_LETTER_CLASSES,
      ),
    )
    .option('--pay-again', 'submit again although a paid task may exist')
    .option('--dry-run', 'tell what would happen and change nothing')
    .option('--rate <n>', 'by class: how many per second', wholeNumber(1, 1000), 50)
    .option('--yes', 'do not ask')
    .action((id: string | undefined, options: RedriveFlags & { class?: DeadLetterClass }) =>
      redrive(context, id, options),
    );
}

function redrive(
  context: Context,
  id: string | undefined,
  options: RedriveFlags & { class?: DeadLetterClass },
): Promise<void> {
  const { class: deadLetterClass, ...flags } = options;
  if (id !== undefined) return redriveById(context, id, deadLetterClass, flags);
  if (deadLetterClass !== undefined) return redriveByClass(context, deadLetterClass, flags);
  throw new CliError(EXIT.usage, 'name a generation or a --class');
}
