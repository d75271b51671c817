import { asStored, ConfigError, parseEnvironment, poolSettings, settingsText, type PoolSettings } from '@kieq/config';
import { CliError, EXIT } from './exit.ts';

type SettableName = Exclude<keyof PoolSettings, 'accountFingerprint'>;

/** The key of the environment behind each setting; the fingerprint follows from KIE_API_KEY and cannot be set by hand. */
export const SETTING_KEYS: Readonly<Record<SettableName, string>> = {
  baseUrl: 'KIE_BASE_URL',
  submitLimit: 'KIEQ_SUBMIT_LIMIT',
  submitWindowMs: 'KIEQ_SUBMIT_WINDOW_MS',
  submitTimeoutMs: 'KIEQ_SUBMIT_TIMEOUT_MS',
  maxInFlight: 'KIEQ_MAX_IN_FLIGHT',
  pollLimitPerSecond: 'KIEQ_POLL_LIMIT_PER_SECOND',
  unknownWindowMs: 'KIEQ_UNKNOWN_WINDOW_MS',
  onUnknown: 'KIEQ_ON_UNKNOWN',
  intentDurability: 'KIEQ_INTENT_DURABILITY',
  creditDeadlineMs: 'KIEQ_CREDIT_DEADLINE_MS',
  deadlineMs: 'KIEQ_DEADLINE_MS',
  holdMs: 'KIEQ_HOLD_MS',
  retentionMs: 'KIEQ_RETENTION_MS',
  archiveMode: 'ARCHIVE_MODE',
  archiveLinkTtlMs: 'ARCHIVE_LINK_TTL_MS',
  resultLinks: 'RESULT_LINKS',
};

/** Stands for the key while other settings are validated; nothing is ever sent with it. */
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
  // Which archive the workers have is not known here, and decides only about a mode that is not stored.
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

/** One setting that another value is asked for; null where there is none yet. */
export interface Difference {
  readonly setting: string;
  readonly stored: string | null;
  readonly received: string;
}

/** What means the same in other words is none. */
export function differences(
  stored: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): Difference[] {
  return Object.entries(asStored(wanted, stored))
    .filter(([setting, received]) => stored[setting] !== received)
    .map(([setting, received]) => ({ setting, stored: stored[setting] ?? null, received }));
}

/** What changes with which settings, said after every change. */
export const TAKES_EFFECT =
  'Limits take effect at once; workers compare their environment at their next start, so change that too.';
