import { InvalidArgumentError, type Command } from 'commander';

interface CommandText {
  /** Name and arguments, as commander writes them. */
  readonly usage: string;
  readonly summary: string;
  /** Complete command lines. */
  readonly examples: readonly string[];
  /** Details, below the options. */
  readonly more?: string;
  /** Whether it prints JSON where that is asked for. Default true. */
  readonly json?: boolean;
}

/** A command with what all commands have: examples in its help, and `--json`, except for processes. */
export function addCommand(parent: Command, { usage, summary, examples, more, json = true }: CommandText): Command {
  const after = [
    ...(more === undefined ? [] : [more, '']),
    'Examples:',
    ...examples.map((example) => `  $ ${example}`),
  ];
  const command = parent.command(usage).description(summary);
  if (json) command.option('--json', 'print JSON');
  return command.addHelpText('after', `\n${after.join('\n')}`);
}

/** A parser of whole numbers for commander. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A parser of times such as `90s`, `10m`, `2h` and `1d`, into ms. */
export function timeSpan(text: string): number {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const ms = Number(count) * (UNIT_MS[unit] ?? Number.NaN);
  if (ms > 0) return ms;
  throw new InvalidArgumentError('It must be a number with a unit: s, m, h or d, such as 10m.');
}

/** Collects an option that may be given several times. */
export function collect(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}

/** A command with the words that lead to it behind `kieq`, such as `dlq redrive`; '' for `kieq` itself. */
export interface PlacedCommand {
  readonly path: string;
  readonly command: Command;
}

/** A command and all below it, parents first. */
export function commandsOf(command: Command, path = ''): PlacedCommand[] {
  const below = command.commands.flatMap((child) => commandsOf(child, `${path} ${child.name()}`.trim()));
  return [{ path, command }, ...below];
}
