/** One key that is missing or wrong. */
export interface ConfigProblem {
  readonly key: string;
  readonly rule: string;
  /** The value as given, `***` in place of a secret or of a URL's credentials; undefined when absent. */
  readonly received: string | undefined;
}

/** The rule of a key that is required on its own, and not because of another one. */
export const REQUIRED = 'is required';

/**
 * Whether the key is only not set here: another process may have it. False for values that are invalid, alone or
 * together with others.
 */
export function isMerelyAbsent({ rule, received }: ConfigProblem): boolean {
  return received === undefined && rule === REQUIRED;
}

/** Thrown by `parseEnvironment`; the message lists every problem, one per line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'invalid_environment';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(`The environment is not usable:\n${problems.map(describe).join('\n')}`);
    this.problems = problems;
  }
}

function describe({ key, rule, received }: ConfigProblem): string {
  return `  ${key} ${rule}; received ${received === undefined ? 'nothing' : JSON.stringify(received)}`;
}
