import { createInterface } from 'node:readline';
import type { Context } from './context.ts';
import { CliError, EXIT } from './exit.ts';
import type { Io } from './io.ts';

/**
 * Goes on with `--yes` or after a person's yes.
 * @param question says what will happen
 * @throws CliError `refused` after any other answer, and where nobody can be asked
 */
export async function confirm({ io, out }: Context, yes: boolean | undefined, question: string): Promise<void> {
  if (yes === true) return;
  if (!io.isTTY || out.json) throw new CliError(EXIT.refused, `${question} Nothing was changed: confirm with --yes.`);
  out.note(`${question} Type yes to go on:`);
  const answer = await firstLine(io);
  if (!/^y(es)?$/i.test(answer.trim())) throw new CliError(EXIT.refused, 'Nothing was changed.');
}

function firstLine({ stdin }: Io): Promise<string> {
  const reader = createInterface({ input: stdin, terminal: false });
  return new Promise<string>((resolve) => {
    reader.once('line', resolve);
    reader.once('close', () => resolve(''));
  }).finally(() => reader.close());
}
