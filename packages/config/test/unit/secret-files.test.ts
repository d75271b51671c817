import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, ENVIRONMENT, FILE_SUFFIX, parseEnvironment, secretValues, withSecretFiles } from '@kieq/config';
import { expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'kieq-secrets-'));

function fileWith(text: string): string {
  const path = join(folder, `${Math.random()}`);
  writeFileSync(path, text);
  return path;
}

function problemsOf(env: Record<string, string>): ConfigError['problems'] {
  try {
    withSecretFiles(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

test('every secret may come from a file, and is masked like one of the environment', () => {
  const secrets = ENVIRONMENT.filter(({ secret }) => secret).map(({ key }) => key);
  const env = withSecretFiles(
    Object.fromEntries(secrets.map((key) => [key + FILE_SUFFIX, fileWith(`value-of-${key}\n`)])),
  );
  for (const key of secrets) expect(env[key], key).toBe(`value-of-${key}`);
  expect(secretValues(env)).toEqual(expect.arrayContaining(secrets.map((key) => `value-of-${key}`)));
  const given = { KIE_API_KEY_FILE: fileWith('the-key') };
  expect(parseEnvironment(withSecretFiles(given), ['kie']).kieApiKey).toBe('the-key');
});

test('one line break at the end does not belong to the value, anything else does', () => {
  const read = (text: string): string | undefined =>
    withSecretFiles({ KIE_API_KEY_FILE: fileWith(text) })['KIE_API_KEY'];
  expect(read('key\r\n')).toBe('key');
  expect(read('key\n\n')).toBe('key\n');
  expect(read(' key')).toBe(' key');
});

test('an environment without such keys stays as it is; an empty path counts as absent', () => {
  expect(withSecretFiles({ KIE_API_KEY: 'k', LOG_LEVEL_FILE: '/nowhere', KIE_API_KEY_FILE: '' })).toEqual({
    KIE_API_KEY: 'k',
    LOG_LEVEL_FILE: '/nowhere',
    KIE_API_KEY_FILE: '',
  });
});

test('unusable files are reported all together, by path and never by content', () => {
  const both = fileWith('other');
  const problems = problemsOf({
    KIE_API_KEY: 'k',
    KIE_API_KEY_FILE: both,
    REDIS_URL_FILE: join(folder, 'absent'),
    GATEWAY_WEBHOOK_SECRET_FILE: fileWith('\n'),
    DASHBOARD_PASSWORD_FILE: folder,
    GATEWAY_API_KEYS_FILE: fileWith('x'.repeat(70_000)),
  });
  const byKey = Object.fromEntries(problems.map(({ key, rule }) => [key, rule]));
  expect(byKey).toEqual({
    KIE_API_KEY_FILE: 'must not be set together with KIE_API_KEY',
    REDIS_URL_FILE: expect.stringContaining('ENOENT'),
    GATEWAY_WEBHOOK_SECRET_FILE: 'must name a file with the secret; the file is empty',
    DASHBOARD_PASSWORD_FILE: 'must name a file with the secret (the path is no file)',
    GATEWAY_API_KEYS_FILE: 'must name a file with the secret (the file has more than 65536 bytes)',
  });
  expect(problems.find(({ key }) => key === 'KIE_API_KEY_FILE')?.received).toBe(both);
});
