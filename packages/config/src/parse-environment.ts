import type { z } from 'zod';
import { GROUPS, type Group, type Groups } from './catalogue.ts';
import { crossCheck } from './cross-checks.ts';
import { ConfigError, type ConfigProblem } from './errors.ts';
import type { Variable } from './variable.ts';

/** The process's own environment, or a test's. */
export type RawEnvironment = Readonly<Record<string, string | undefined>>;

type Values<G extends Group> = {
  readonly [P in keyof Groups[G]]: Groups[G][P] extends { schema: infer S extends z.ZodType } ? z.output<S> : never;
};
type Together<U> = (U extends unknown ? (value: U) => void : never) extends (value: infer I) => void ? I : never;

/** The parsed keys of the asked groups, and those of `process`. */
export type Environment<G extends Group> = Together<{ [K in G | 'process']: Values<K> }[G | 'process']>;

/**
 * Reads the environment once, at the edge of a process. An empty string counts as absent; `0` and `false` do not.
 * @param env `process.env`
 * @param groups what the process needs; the dashboard asks for no `kie`, and so needs no KIE_API_KEY
 * @throws ConfigError with every problem of these groups together; the values of secrets are not shown
 */
export function parseEnvironment<const G extends Group>(env: RawEnvironment, groups: readonly G[]): Environment<G> {
  const problems: ConfigProblem[] = [];
  const values: Record<string, unknown> = {};
  for (const group of new Set<Group>([...groups, 'process'])) {
    const variables: Readonly<Record<string, Variable<unknown>>> = GROUPS[group];
    for (const [property, variable] of Object.entries(variables)) {
      const result = variable.schema.safeParse(textOf(env, variable.key));
      if (result.success) values[property] = result.data;
      else problems.push(problemOf(variable, textOf(env, variable.key)));
    }
  }
  problems.push(...crossCheck(values));
  if (problems.length > 0) throw new ConfigError(problems);
  // The loop has just filled in exactly the properties of these groups.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- TypeScript cannot follow a loop over keys
  return values as Environment<G>;
}

function problemOf({ key, rule, secret }: Variable<unknown>, text: string | undefined): ConfigProblem {
  if (text === undefined) return { key, rule: 'is required', received: undefined };
  return { key, rule, received: secret ? '***' : text };
}

function textOf(env: RawEnvironment, key: string): string | undefined {
  const text = env[key];
  return text === '' ? undefined : text;
}
