import type { CompletedCommand, CompletedOption } from './command-tree.ts';

/** For `~/.config/fish/config.fish`: `kieq completion fish | source`. */
export function fishScript(tree: readonly CompletedCommand[]): string {
  return `# Completion of kieq for fish.
function __kieq_path
    set -l path ''
    for word in (commandline -opc)[2..-1]
        set -l next (string trim -- "$path $word")
        if contains -- $next ${tree.flatMap(({ path }) => (path === '' ? [] : [quoted(path)])).join(' ')}
            set path $next
        end
    end
    test "$path" = "$argv[1]"
end
complete -c kieq -f
${tree.flatMap(linesOf).join('\n')}
`;
}

function linesOf({ path, children, options, words, takesFiles }: CompletedCommand): string[] {
  const when = `complete -c kieq -n ${quoted(`__kieq_path ${quoted(path)}`)}`;
  return [
    ...children.map(({ name, summary }) => `${when} -a ${quoted(name)} -d ${quoted(summary)}`),
    ...(words.length === 0 ? [] : [`${when} -a ${quoted(words.join(' '))}`]),
    ...(takesFiles ? [`${when} -F`] : []),
    ...options.map((option) => `${when} ${optionText(option)}`),
  ];
}

function optionText({ flags, summary, takesValue, choices, takesFile }: CompletedOption): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const value = takesFile
    ? '-r -F'
    : choices.length > 0
      ? `-x -a ${quoted(choices.join(' '))}`
      : takesValue
        ? '-x'
        : '';
  return [...names, value, `-d ${quoted(summary)}`].filter((part) => part !== '').join(' ');
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
