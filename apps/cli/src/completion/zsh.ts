import type { CompletedCommand, CompletedOption } from './command-tree.ts';

/** For `~/.zshrc`, behind `compinit`: `eval "$(kieq completion zsh)"`. */
export function zshScript(tree: readonly CompletedCommand[]): string {
  const paths = tree.flatMap(({ path }) => (path === '' ? [] : [`'${path}'`]));
  return `#compdef kieq
# Completion of kieq for zsh.
_kieq() {
  local path_='' word prev=\${words[CURRENT-1]}
  local -a proposals
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "\${path_:+$path_ }$word" in
      (${paths.join('|')}) path_="\${path_:+$path_ }$word" ;;
    esac
  done
  case "$path_:$prev" in
${tree.flatMap(valueCases).join('\n')}
  esac
  case "$path_" in
${tree.map(wordCase).join('\n')}
  esac
}
compdef _kieq kieq
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A word with what it means; a colon would end the word. */
function described(word: string, summary: string): string {
  return quoted(`${word.replaceAll(':', '\\:')}:${summary}`);
}

function valueCases({ path, options }: CompletedCommand): string[] {
  return options
    .filter(({ takesValue }) => takesValue)
    .map((option) => {
      const patterns = option.flags.map((flag) => quoted(`${path}:${flag}`)).join('|');
      return `    (${patterns}) ${values(option)}; return ;;`;
    });
}

function values({ choices, takesFile, summary }: CompletedOption): string {
  if (takesFile) return '_files';
  return choices.length === 0 ? `_message ${quoted(summary)}` : `compadd -- ${choices.map(quoted).join(' ')}`;
}

function wordCase({ path, children, options, words, takesFiles }: CompletedCommand): string {
  const list = [
    ...children.map(({ name, summary }) => described(name, summary)),
    ...words.map((word) => described(word, path)),
    ...options.flatMap(({ flags, summary }) => flags.map((flag) => described(flag, summary))),
  ];
  const files = takesFiles ? '; _files' : '';
  return `    (${quoted(path)}) proposals=(${list.join(' ')}); _describe kieq proposals${files} ;;`;
}
