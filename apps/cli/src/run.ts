import type { RawEnvironment } from '@kieq/config';
import { VERSION } from '@kieq/domain';
import { Command, CommanderError } from 'commander';
import type { Context } from './context.ts';
import { EXIT, type ExitCode } from './exit.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';
import { addDeadLetterCommands } from './program/dead-letters.ts';
import { addGenerationCommands } from './program/generations.ts';
import { addPoolCommands, addToolCommands } from './program/pool.ts';
import { addProcessCommands } from './program/processes.ts';
import { printable } from './text/printable.ts';

const EXIT_CODES = `
Exit codes: 0 ok; 1 defect; 2 bad usage or environment; 3 not found; 4 refused or not possible now; 5 Redis or Kie unavailable;
6 ended without a video; 7, 8 doctor: warnings, problems; 130 interrupted.
REDIS_URL and KIEQ_PREFIX select the pool.`;

/**
 * Runs one command line. It reads nothing but its arguments, closes everything it opens, and never rejects.
 *
 * Only what every run needs is imported here: `--help` and `--version` load no command, and a command loads its own
 * code and no other.
 * @param argv without the program's own name
 */
export async function run(argv: readonly string[], given: RawEnvironment, io: Io): Promise<ExitCode> {
  const out = new Output(io, given);
  const context = { env: given, io, out };
  const program = programOf(context).hook('preAction', async (_program, command) => {
    out.json = command.getOptionValue('json') === true;
    context.env = (await import('./secrets.ts')).readSecrets(given);
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const [{ endingOf }, { masked }] = await Promise.all([import('./failure.ts'), import('./secrets.ts')]);
    const { exitCode, message } = endingOf(error);
    out.fail(exitCode, masked(message, context.env));
    return exitCode;
  }
}

/** The parser with all commands. */
export function programOf(context: Context): Command {
  const { io } = context;
  const program = new Command('kieq')
    .description('Makes videos through a pool, and manages it: gates, generations, dead letters, settings.')
    .version(VERSION, '-V, --version', 'print the version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      // It repeats what was typed or pasted.
      writeErr: (text) => void io.stderr.write(printable(text)),
    })
    .addHelpText('after', EXIT_CODES);
  for (const add of [
    addGenerationCommands,
    addDeadLetterCommands,
    addPoolCommands,
    addProcessCommands,
    addToolCommands,
  ])
    add(program, context);
  return program;
}
