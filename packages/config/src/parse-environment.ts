import type { z } from 'zod';
import { GROUPS, type Group, type Groups } from './catalogue.ts';
import { crossCheck } from './cross-checks.ts';
import { ConfigError, REQUIRED, type ConfigProblem } from './errors.ts';
import type { RawEnvironment } from './raw-environment.ts';
import type { Variable } from './variable.ts';

type Values<G extends Group> = {
  readonly [P in keyof Groups[G]]: Groups[G][P] extends { schema: infer S extends z.ZodType } ? z.output<S> : never;
};
type Together<U> = (U extends unknown ? (value: U) => void : never) extends (value: infer I) => void ? I : never;

/** The parsed keys of the requested groups, and those of `process`. */
export type Environment<G extends Group> = Together<{ [K in G | 'process']: Values<K> }[G | 'process']>;

/**
 * Reads the environment once, at the edge of a process. An empty string counts as absent; `0` and `false` do not.
 * @param env `process.env`
 * @param groups what the process needs; the dashboard requests no `kie`, and so needs no KIE_API_KEY
 * @throws ConfigError with every problem of these groups together; the values of secrets, and credentials in URLs, are not shown
 */
export function parseEnvironment<const G extends Group>(env: RawEnvironment, groups: readonly G[]): Environment<G> {
  const problems: ConfigProblem[] = [];
  const values: Record<string, unknown> = {};
  for (const group of new Set<Group>([...groups, 'process'])) {
    const variables: Readonly<Record<string, Variable<unknown>>> = GROUPS[group];
    for (const [property, variable] of Object.entries(variables)) {
      const result = variable.schema.safeParse(textOf(env, variable));
      // For the rules between keys an invalid value is neither a value nor absent.
      values[property] = result.success ? result.data : null;
      if (!result.success) problems.push(problemOf(variable, textOf(env, variable)));
    }
  }
  problems.push(...crossCheck(values));
  if (problems.length > 0) throw new ConfigError(problems);
  // The loop above fills in exactly the properties of these groups.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- TypeScript cannot follow a loop over keys
  return values as Environment<G>;
}

function problemOf({ key, rule, secret }: Variable<unknown>, text: string | undefined): ConfigProblem {
  if (text === undefined) return { key, rule: REQUIRED, received: undefined };
  return { key, rule, received: secret ? '***' : withoutCredentials(text) };
}

/** Also in URLs that must have no user and password: they may have them, and logs keep the message. */
function withoutCredentials(text: string): string {
  const [start, end] = [text.indexOf('//'), text.lastIndexOf('@')];
  return start === -1 || end < start ? text : `${text.slice(0, start)}//***${text.slice(end)}`;
}

function textOf(env: RawEnvironment, { key, alias }: Variable<unknown>): string | undefined {
  const text = (alias === undefined ? undefined : env[alias]) ?? env[key];
  return text === '' ? undefined : text;
}
