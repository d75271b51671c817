import {
  ConfigError,
  environmentWarnings,
  parseEnvironment,
  secretValues,
  type Environment,
  type Group,
  type RawEnvironment,
} from '@kieq/config';
import { MissingPackages } from '@kieq/domain';
import { StartRefused } from './start-refused.ts';

/** The process must not start or go on. An orchestrator must not take it for a normal end. */
export const REFUSED_EXIT = 2;

/**
 * Runs a process to its end and exits. Exit codes: what `run` resolves with, 1 for a defect, 2 where the process must
 * not start, which stderr tells in the error's own words .
 * @param run resolves with the exit code when everything has ended
 */
export async function runProcess(run: () => Promise<number>): Promise<void> {
  try {
    process.exit(await run());
  } catch (error) {
    if (!isRefusal(error)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(REFUSED_EXIT);
  }
}

function isRefusal(error: unknown): error is ConfigError | StartRefused | MissingPackages {
  return error instanceof ConfigError || error instanceof StartRefused || error instanceof MissingPackages;
}

/**
 * The environment as a process starts with it: its settings, the values that must never appear in a log, and what
 * should be corrected.
 * @param given of `withSecretFiles`
 * @throws ConfigError with every problem of these groups together
 */
export function readEnvironment<const G extends Group>(
  given: RawEnvironment,
  groups: readonly G[],
): { readonly env: Environment<G>; readonly secrets: readonly string[]; readonly advice: readonly string[] } {
  const env = parseEnvironment(given, groups);
  return { env, secrets: secretValues(given), advice: environmentWarnings(given, groups) };
}
