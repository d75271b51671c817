import {
  accountFingerprint,
  asStored,
  ConfigError,
  type Environment,
  isSameKie,
  parseEnvironment,
  poolSettings,
  settingsText,
} from '@kieq/config';
import { CliError, EXIT } from './exit.ts';
import { SETTING_KEYS } from './setting-keys.ts';
import type { Pool } from './pool.ts';

/** Replaces the key while other settings are validated; it is never sent. */
const NO_KEY = 'none';

/**
 * Validates one changed setting as the environment would be, together with the stored ones.
 * @returns the value as it is stored
 * @throws CliError `usage`
 */
export function checkedSetting(stored: Readonly<Record<string, string>>, name: string, value: string): string {
  const key = keyOf(name);
  if (value === '') throw new CliError(EXIT.usage, `${name} must not be empty`);
  const known = Object.entries(SETTING_KEYS).flatMap(([setting, itsKey]): [string, string | undefined][] => [
    [itsKey, stored[setting]],
  ]);
  const env = { ...Object.fromEntries(known), [key]: value, KIE_API_KEY: NO_KEY };
  // This machine does not know the archive of the workers; it only decides a mode that is not stored.
  const text = settingsText(poolSettings({ ...parsed(env, key, name), archive: undefined }))[name];
  if (text === undefined) throw new Error(`${name} is no text of the pool's settings`);
  return text;
}

function keyOf(name: string): string {
  if (name === 'accountFingerprint') {
    throw new CliError(
      EXIT.usage,
      'accountFingerprint follows from KIE_API_KEY: use kieq config apply with the new key',
    );
  }
  const key = Object.entries(SETTING_KEYS).find(([setting]) => setting === name)?.[1];
  if (key !== undefined) return key;
  throw new CliError(EXIT.usage, `there is no setting ${name}; there are ${Object.keys(SETTING_KEYS).join(', ')}`);
}

function parsed(env: Readonly<Record<string, string | undefined>>, key: string, name: string) {
  try {
    return parseEnvironment(env, ['kie', 'pool']);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const problem = error.problems.find((one) => one.key === key);
    if (problem === undefined) throw error;
    throw new CliError(EXIT.usage, `${name} ${problem.rule}; received ${JSON.stringify(problem.received)}`);
  }
}

/** A setting whose requested value differs; `stored` is null if there is none. */
export interface Difference {
  readonly setting: string;
  readonly stored: string | null;
  readonly received: string;
}

/** Another spelling of the same value is no difference. */
export function differences(
  stored: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): Difference[] {
  return Object.entries(asStored(wanted, stored))
    .filter(([setting, received]) => stored[setting] !== received)
    .map(([setting, received]) => ({ setting, stored: stored[setting] ?? null, received }));
}

/**
 * Another account, or another Kie, does not know the tasks of this pool.
 * @throws CliError `refused`
 */
export async function requireSameAccount(
  { ledger, prefix }: Pool,
  env: Pick<Environment<'kie'>, 'kieApiKey' | 'kieBaseUrl'>,
): Promise<void> {
  const { accountFingerprint: pools, baseUrl } = await ledger.settings.stored();
  if (pools === undefined)
    throw new CliError(EXIT.refused, `the pool ${prefix} has no account yet: start a worker, or use kieq config apply`);
  const ours = accountFingerprint(env.kieApiKey);
  if (pools !== ours)
    throw new CliError(
      EXIT.refused,
      `KIE_API_KEY belongs to another account (${ours}) than the pool ${prefix} (${pools})`,
    );
  if (baseUrl !== undefined && !isSameKie(baseUrl, env.kieBaseUrl)) {
    throw new CliError(EXIT.refused, `KIE_BASE_URL is ${env.kieBaseUrl}, but the pool ${prefix} uses ${baseUrl}`);
  }
}
