import { Argument, type Command } from 'commander';
import { bashScript } from '../completion/bash.ts';
import { commandTree, type CompletedCommand } from '../completion/command-tree.ts';
import { fishScript } from '../completion/fish.ts';
import { zshScript } from '../completion/zsh.ts';
import { addCommand, type Context } from '../context.ts';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const satisfies Record<
  string,
  (tree: readonly CompletedCommand[]) => string
>;
type Shell = keyof typeof SCRIPTS;

const MORE = `bash, in ~/.bashrc:                     eval "$(kieq completion bash)"
zsh, in ~/.zshrc behind compinit:       eval "$(kieq completion zsh)"
fish, in ~/.config/fish/config.fish:    kieq completion fish | source`;

export function addCompletion(parent: Command, { out }: Context): void {
  addCommand(parent, {
    usage: 'completion',
    summary: 'a script that completes commands, options and their values in a shell',
    examples: ['eval "$(kieq completion bash)"', 'kieq completion fish | source'],
    more: MORE,
  })
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(SCRIPTS)))
    .action((shell: Shell) => {
      const script = SCRIPTS[shell](commandTree(parent));
      out.print({ shell, script }, () => script.trimEnd());
    });
}
