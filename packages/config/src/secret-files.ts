import { readFileSync, statSync } from 'node:fs';
import { ConfigError, type ConfigProblem } from './errors.ts';
import type { RawEnvironment } from './raw-environment.ts';
import { ENVIRONMENT } from './table.ts';

/** Suffix of the key of a secret: the value is the path of a file that holds the secret. */
export const FILE_SUFFIX = '_FILE';

/** Far longer than any key, and short enough that a wrong path (a device, a video) costs no memory. */
const MAX_SECRET_BYTES = 65_536;

/**
 * Reads a file that holds a secret.
 * @throws Error whose message says why the file is not usable
 */
export type ReadSecret = (path: string) => string;

/**
 * The environment with each secret that is given as a file: `KIE_API_KEY_FILE=/run/secrets/kie` means `KIE_API_KEY`
 * with the content of that file. One line break at its end does not belong to the value. Call it once, at the edge of a
 * process, before any other code reads the environment.
 *
 * A value in the environment of a process stays readable in `/proc` for every process of the same user while it runs; a
 * file has its own permissions.
 * @throws ConfigError with every file that cannot be read, is empty or is given in addition to its value
 */
export function withSecretFiles(env: RawEnvironment, read: ReadSecret = readSecret): RawEnvironment {
  const problems: ConfigProblem[] = [];
  const values: Record<string, string> = {};
  for (const { key } of ENVIRONMENT.filter(({ secret }) => secret)) {
    const path = env[key + FILE_SUFFIX] ?? '';
    if (path === '') continue;
    const found = (env[key] ?? '') === '' ? attempt(path, read) : { rule: `must not be set together with ${key}` };
    if ('value' in found) values[key] = found.value;
    else problems.push({ key: key + FILE_SUFFIX, rule: found.rule, received: path });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return { ...env, ...values };
}

function attempt(path: string, read: ReadSecret): { readonly value: string } | { readonly rule: string } {
  try {
    const value = read(path).replace(/\r?\n$/, '');
    return value === '' ? { rule: 'must name a file with the secret; the file is empty' } : { value };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { rule: `must name a file with the secret (${reason})` };
  }
}

function readSecret(path: string): string {
  const stats = statSync(path);
  if (!stats.isFile()) throw new Error('the path is no file');
  if (stats.size > MAX_SECRET_BYTES) throw new Error(`the file has more than ${MAX_SECRET_BYTES} bytes`);
  return readFileSync(path, 'utf8');
}
