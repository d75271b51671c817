import type { Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { commandsOf } from '../program/command.ts';

export type Shell = 'bash' | 'zsh' | 'fish';

/** Prints a script made of what the parser itself knows: a new command or option needs nothing here. */
export function completion({ out }: Context, program: Command, shell: Shell): void {
  const script = `# Completion of kieq for ${shell}.\n${scriptOf(program, SPELLINGS[shell])}`;
  out.print({ shell, script }, () => script);
}

interface Proposal {
  readonly word: string;
  /** What the word means, in shells that show it. */
  readonly summary?: string;
}

/**
 * How a shell writes the one algorithm of all scripts: the words before the cursor lead to a command (`path`); behind
 * an option that takes a value its values are proposed, else the words that can follow the command.
 */
interface Spelling {
  quote(text: string): string;
  /** A branch of `case` or `switch`; the patterns are quoted. */
  branch(patterns: readonly string[], body: string): string;
  propose(proposals: readonly Proposal[]): string;
  readonly files: string;
  /** Free text has no proposals; a shell may show what is expected. */
  freeText(summary: string): string;
  /** Takes one more word of the line into `path_`. */
  readonly step: string;
  /** The script around its branches: the paths of all commands, values by `path:option`, words by path. */
  frame(paths: string, values: string, words: string): string;
}

function scriptOf(program: Command, shell: Spelling): string {
  const commands = commandsOf(program);
  const paths = commands.flatMap(({ path }) => (path === '' ? [] : [shell.quote(path)]));
  const values = commands.flatMap(({ path, command }) =>
    command.options
      .filter(({ required, optional }) => required || optional)
      .map((option) => {
        const patterns = flagsOf(option).map((flag) => shell.quote(`${path}:${flag}`));
        return shell.branch(patterns, `${valuesOf(option, shell)}; return`);
      }),
  );
  const words = commands.map(({ path, command }) => shell.branch([shell.quote(path)], wordsOf(command, shell)));
  return shell.frame(shell.branch(paths, shell.step), values.join('\n'), words.join('\n'));
}

function flagsOf({ long, short }: Option): string[] {
  return [long, short].filter((flag) => typeof flag === 'string');
}

function valuesOf({ flags, argChoices, description }: Option, shell: Spelling): string {
  if (flags.includes('<file>')) return shell.files;
  return argChoices === undefined ? shell.freeText(description) : shell.propose(argChoices.map((word) => ({ word })));
}

function wordsOf(command: Command, shell: Spelling): string {
  const { commands, options, registeredArguments: args } = command;
  const proposals: Proposal[] = [
    ...commands.map((child) => ({ word: child.name(), summary: child.description() })),
    ...args.flatMap(({ argChoices = [] }) => argChoices.map((word) => ({ word }))),
    ...options.flatMap((option) => flagsOf(option).map((word) => ({ word, summary: option.description }))),
    { word: '--help', summary: 'what it does, with examples' },
  ];
  const takesFiles = args.some((argument) => argument.name() === 'images');
  return `${shell.propose(proposals)}${takesFiles ? `; ${shell.files}` : ''}`;
}

const stepInSh = 'path_="${path_:+$path_ }$word"';

const quoteInSh = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
const branchInSh = (patterns: readonly string[], body: string): string => `    (${patterns.join('|')}) ${body} ;;`;

const SPELLINGS: Readonly<Record<Shell, Spelling>> = {
  bash: {
    quote: quoteInSh,
    branch: branchInSh,
    propose: (proposals) =>
      `COMPREPLY+=($(compgen -W ${quoteInSh(proposals.map(({ word }) => word).join(' '))} -- "$cur"))`,
    files: 'COMPREPLY+=($(compgen -f -- "$cur"))',
    freeText: () => ':',
    step: stepInSh,
    frame: (paths, values, words) => `_kieq() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} path_='' word
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path_:+$path_ }$word" in
${paths}
    esac
  done
  case "$path_:$prev" in
${values}
  esac
  case "$path_" in
${words}
  esac
}
complete -o filenames -F _kieq kieq`,
  },
  zsh: {
    quote: quoteInSh,
    branch: branchInSh,
    // A colon would end the word.
    propose: (proposals) =>
      `proposals=(${proposals
        .map(({ word, summary }) => word.replaceAll(':', String.raw`\:`) + (summary === undefined ? '' : `:${summary}`))
        .map(quoteInSh)
        .join(' ')}); _describe kieq proposals`,
    files: '_files',
    freeText: (summary) => `_message ${quoteInSh(summary)}`,
    step: stepInSh,
    frame: (paths, values, words) => `_kieq() {
  local path_='' word prev=\${words[CURRENT-1]}
  local -a proposals
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "\${path_:+$path_ }$word" in
${paths}
    esac
  done
  case "$path_:$prev" in
${values}
  esac
  case "$path_" in
${words}
  esac
}
compdef _kieq kieq`,
  },
  fish: {
    quote: quoteInFish,
    branch: (patterns, body) => `    case ${patterns.join(' ')}\n      ${body}`,
    propose: (proposals) =>
      `printf "$given%s\\t%s\\n" ${proposals.map(({ word, summary = '' }) => `${quoteInFish(word)} ${quoteInFish(summary)}`).join(' ')}`,
    files: 'for file in (__fish_complete_path (string replace -- "$given" "" $token)); echo "$given$file"; end',
    freeText: () => 'true',
    step: 'set path_ (string trim -- "$path_ $word")',
    // A value may also follow its option behind `=`.
    frame: (paths, values, words) => `function __kieq
  set -l token (commandline -ct)
  set -l given (string match -r -- '^--[^=]+=' "$token")
  set -l before (commandline -opc) (string trim -r -c = -- $given)
  set -l path_ ''
  for word in $before[2..-1]
    switch (string trim -- "$path_ $word")
${paths}
    end
  end
  switch "$path_:$before[-1]"
${values}
  end
  switch "$path_"
${words}
  end
end
complete -c kieq -f -a '(__kieq)'`,
  },
};

function quoteInFish(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
}
