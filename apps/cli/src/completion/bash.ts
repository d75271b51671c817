import type { CompletedCommand } from './command-tree.ts';

/** For `~/.bashrc`: `eval "$(kieq completion bash)"`. */
export function bashScript(tree: readonly CompletedCommand[]): string {
  const paths = tree.flatMap(({ path }) => (path === '' ? [] : [`'${path}'`]));
  return `# Completion of kieq for bash.
_kieq() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} path='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
      ${paths.join('|')}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path:$prev" in
${tree.flatMap(valueCases).join('\n')}
  esac
  case "$path" in
${tree.map(wordCase).join('\n')}
  esac
}
complete -o filenames -F _kieq kieq
`;
}

const FILES = 'COMPREPLY=($(compgen -f -- "$cur"))';

function words(list: readonly string[]): string {
  return `COMPREPLY=($(compgen -W '${list.join(' ')}' -- "$cur"))`;
}

/** Behind an option that takes a value; free text has no proposals. */
function valueCases({ path, options }: CompletedCommand): string[] {
  return options
    .filter(({ takesValue }) => takesValue)
    .map(({ flags, choices, takesFile }) => {
      const patterns = flags.map((flag) => `'${path}:${flag}'`).join('|');
      const reply = takesFile ? FILES : words(choices);
      return `    ${patterns}) ${reply}; return ;;`;
    });
}

function wordCase({ path, children, options, words: own, takesFiles }: CompletedCommand): string {
  const list = [...children.map(({ name }) => name), ...own, ...options.flatMap(({ flags }) => flags)];
  const files = takesFiles ? '; COMPREPLY+=($(compgen -f -- "$cur"))' : '';
  return `    '${path}') ${words(list)}${files} ;;`;
}
