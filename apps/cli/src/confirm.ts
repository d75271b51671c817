import { createInterface } from 'node:readline';
import type { Context } from './context.ts';
import { CliError, EXIT } from './exit.ts';
import type { Io } from './io.ts';

/**
 * Returns with `--yes`, or after a yes on the terminal.
 * @param question says what will happen
 * @throws CliError `refused` after any other answer, and without a terminal
 */
export async function confirm({ io, out }: Context, yes: boolean | undefined, question: string): Promise<void> {
  if (yes === true) return;
  if (!io.isTTY || out.json) throw new CliError(EXIT.refused, `${question} Nothing was changed: confirm with --yes.`);
  const answer = await ask({ io, out }, `${question} Type yes to continue:`);
  if (!/^y(es)?$/i.test(answer)) throw new CliError(EXIT.refused, 'Nothing was changed.');
}

/** Asks on the terminal (`io.isTTY` must be true) and returns the trimmed answer. */
export async function ask({ io, out }: Pick<Context, 'io' | 'out'>, question: string): Promise<string> {
  out.note(question);
  return (await firstLine(io)).trim();
}

function firstLine({ stdin }: Io): Promise<string> {
  const reader = createInterface({ input: stdin, terminal: false });
  return new Promise<string>((resolve) => {
    reader.once('line', resolve);
    reader.once('close', () => resolve(''));
  }).finally(() => reader.close());
}
