import { secretValues, withSecretFiles, type RawEnvironment } from '@kieq/config';
import { Command } from 'commander';
import { addAdopt } from './commands/adopt.ts';
import { addCancel } from './commands/cancel.ts';
import { addCompletion } from './commands/completion.ts';
import { addConfig } from './commands/config.ts';
import { addDlq } from './commands/dlq.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEnqueue } from './commands/enqueue.ts';
import { addGenerate } from './commands/generate.ts';
import { addList } from './commands/list.ts';
import { addPause } from './commands/pause.ts';
import { addPrune } from './commands/prune.ts';
import { addResult } from './commands/result.ts';
import { addResume } from './commands/resume.ts';
import { addSchema } from './commands/schema.ts';
import { addShow } from './commands/show.ts';
import { addStats } from './commands/stats.ts';
import { addStatus } from './commands/status.ts';
import { addWatch } from './commands/watch.ts';
import type { Context } from './context.ts';
import { endingOf, EXIT, type ExitCode } from './exit.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';
import { masked, printable } from './text/printable.ts';

const COMMANDS = [
  addGenerate,
  addEnqueue,
  addStatus,
  addStats,
  addWatch,
  addList,
  addShow,
  addResult,
  addCancel,
  addDlq,
  addAdopt,
  addPause,
  addResume,
  addConfig,
  addPrune,
  addDoctor,
  addSchema,
  addCompletion,
];

const EXIT_CODES = `
Exit codes: 0 ok; 1 defect; 2 bad usage or environment; 3 not found; 4 refused or not possible now; 5 Redis or Kie unavailable;
6 ended without a video; 7, 8 doctor: warnings, problems; 130 interrupted.
The pool is found by REDIS_URL and KIEQ_PREFIX.`;

/**
 * Runs one command line. It reads nothing but its arguments, closes all that it opens, and never rejects.
 * @param argv without the program's own name
 */
export async function run(argv: readonly string[], given: RawEnvironment, io: Io): Promise<ExitCode> {
  const out = new Output(io, given);
  let env = given;
  try {
    env = withSecretFiles(given);
    await programOf({ env, io, out }).parseAsync(argv, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    const { exitCode, message } = endingOf(error);
    out.fail({ exitCode, ...(message === undefined ? {} : { message: masked(message, secretsOf(env)) }) });
    return exitCode;
  }
}

/** The password of REDIS_URL counts by itself; its address should be read. */
function secretsOf(env: RawEnvironment): string[] {
  return secretValues(env).filter((value) => value !== env['REDIS_URL']);
}

/** The parser with all commands. */
export function programOf(context: Context): Command {
  const { io, out } = context;
  const program = new Command('kieq')
    .description(
      'Makes videos through a pool, and looks after it: what holds it back, its generations, its dead letters, its settings.',
    )
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      // It repeats what was typed, or pasted.
      writeErr: (text) => void io.stderr.write(printable(text)),
    })
    .addHelpText('after', EXIT_CODES)
    .hook('preAction', (_program, command) => {
      out.json = command.getOptionValue('json') === true;
    });
  for (const add of COMMANDS) add(program, context);
  return program;
}
