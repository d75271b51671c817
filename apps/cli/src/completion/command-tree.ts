import type { Command, Option } from 'commander';

/** What can follow a command on a line. */
export interface CompletedCommand {
  /** Words behind `kieq`, such as `dlq redrive`; empty for `kieq` itself. */
  readonly path: string;
  readonly summary: string;
  readonly children: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly CompletedOption[];
  /** Words for its arguments, where there is a closed set of them. */
  readonly words: readonly string[];
  readonly takesFiles: boolean;
}

export interface CompletedOption {
  /** `--output`, and `-o` where it has one. */
  readonly flags: readonly string[];
  readonly summary: string;
  /** Whether a value follows; `choices` where it is one of these. */
  readonly takesValue: boolean;
  readonly choices: readonly string[];
  readonly takesFile: boolean;
}

/** Every command of the program, parents first, from what its parser itself knows. */
export function commandTree(program: Command): CompletedCommand[] {
  return walk(program, []);
}

function walk(command: Command, path: readonly string[]): CompletedCommand[] {
  const children = command.commands;
  const words = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
  const here: CompletedCommand = {
    path: path.join(' '),
    summary: command.description(),
    children: children.map((child) => ({ name: child.name(), summary: child.description() })),
    options: [...command.options.map(completedOption), HELP],
    words,
    takesFiles: command.registeredArguments.some((argument) => argument.name() === 'images'),
  };
  return [here, ...children.flatMap((child) => walk(child, [...path, child.name()]))];
}

const HELP: CompletedOption = {
  flags: ['--help'],
  summary: 'what it does, with examples',
  takesValue: false,
  choices: [],
  takesFile: false,
};

function completedOption({ long, short, description, required, optional, argChoices, flags }: Option): CompletedOption {
  return {
    flags: [long, short].filter((flag) => flag !== undefined && flag !== null),
    summary: description,
    takesValue: required || optional,
    choices: argChoices ?? [],
    takesFile: flags.includes('<file>'),
  };
}
