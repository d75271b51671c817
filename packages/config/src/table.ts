import { GROUPS, type Group } from './catalogue.ts';
import type { RawEnvironment } from './raw-environment.ts';
import type { Variable } from './variable.ts';
import { S3_SECRETS } from './weak-secrets.ts';

/** One row of the catalogue. */
export interface EnvironmentEntry {
  readonly key: string;
  /** Another name of the key, which wins. */
  readonly alias?: string;
  readonly group: Group;
  /** The default as written in the environment, `none`, or `required`. */
  readonly default: string;
  readonly meaning: string;
  readonly rule: string;
  readonly secret: boolean;
}

/** For code that reads the environment of all processes at once. */
export const ALL_GROUPS: readonly Group[] = Object.keys(GROUPS).filter((name): name is Group => name in GROUPS);

/** Every key that kieq reads, in the order of the documentation. */
export const ENVIRONMENT: readonly EnvironmentEntry[] = entriesOf(GROUPS);

function entriesOf(groups: Readonly<Record<Group, Readonly<Record<string, Variable<unknown>>>>>): EnvironmentEntry[] {
  return ALL_GROUPS.flatMap((group) => Object.values(groups[group]).map((variable) => entryOf(group, variable)));
}

function entryOf(
  group: Group,
  { key, alias, fallback, required, meaning, rule, secret }: Variable<unknown>,
): EnvironmentEntry {
  const named = alias === undefined ? {} : { alias };
  return { key, ...named, group, default: fallback ?? (required ? 'required' : 'none'), meaning, rule, secret };
}

/** The table of docs/configuration.md, as Markdown. */
export function environmentTable(): string {
  const rows = ENVIRONMENT.map(
    (entry) => `| \`${entry.key}\` | ${shownDefault(entry)} | ${entry.meaning}; ${entry.rule.replaceAll('|', '\\|')} |`,
  );
  return ['| key | default | meaning |', '|---|---|---|', ...rows, ''].join('\n');
}

function shownDefault({ default: text }: EnvironmentEntry): string {
  return text === 'none' || text === 'required' ? text : `\`${text}\``;
}

/**
 * The secrets that this environment holds, for the logger to mask: whole values, and the parts of compound ones
 * (the password in REDIS_URL, each gateway key).
 */
export function secretValues(env: RawEnvironment): string[] {
  const named = ENVIRONMENT.filter(({ secret }) => secret).flatMap(({ key, alias = key }) => [key, alias]);
  const values = [...new Set(named), ...S3_SECRETS]
    .flatMap((key) => env[key] ?? [])
    // An address without credentials is no secret, and logs must show the address of Redis or a proxy.
    .filter((value) => !/^(rediss?(\+[a-z]+)?|https?):\/\/[^@?]*$/.test(value));
  const passwords = values.flatMap((value) => /^[a-z+]+:\/\/[^/?#:]*:([^/?#]*)@/.exec(value)?.[1] ?? []);
  const sentinels = values.flatMap((value) => /[?&]sentinelPassword=([^&#]*)/.exec(value)?.[1] ?? []);
  const gatewayKeys = (env['GATEWAY_API_KEYS'] ?? '').split(',').map((pair) => pair.trim().replace(/:[^:]*$/, ''));
  const headers = (env['OTEL_EXPORTER_OTLP_HEADERS'] ?? '')
    .split(',')
    .map((pair) => pair.replace(/^[^=]*=/, '').trim());
  const parts = [...passwords, ...sentinels, ...headers].flatMap((part) => [part, decoded(part)]);
  return [...new Set([...values, ...parts, ...gatewayKeys])].filter((value) => value !== '');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
