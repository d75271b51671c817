import type { RawEnvironment } from '@kieq/config';
import type { Command } from 'commander';
import type { Io } from './io.ts';
import type { Output } from './output.ts';

/** What every command works with. */
export interface Context {
  readonly env: RawEnvironment;
  readonly io: Io;
  readonly out: Output;
}

interface CommandText {
  /** Name and arguments, as commander writes them. */
  readonly usage: string;
  readonly summary: string;
  /** Complete command lines. */
  readonly examples: readonly string[];
  /** More to know, below the options. */
  readonly more?: string;
}

/** A command with what all of them have: `--json` and examples in its help. */
export function addCommand(parent: Command, { usage, summary, examples, more }: CommandText): Command {
  const after = [
    ...(more === undefined ? [] : [more, '']),
    'Examples:',
    ...examples.map((example) => `  $ ${example}`),
  ];
  return parent
    .command(usage)
    .description(summary)
    .option('--json', 'print JSON')
    .addHelpText('after', `\n${after.join('\n')}`);
}
