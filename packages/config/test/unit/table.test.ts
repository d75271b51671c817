import {
  accountFingerprint,
  ENVIRONMENT,
  environmentTable,
  parseEnvironment,
  poolSettings,
  secretValues,
} from '@kieq/config';
import { expect, test } from 'vitest';

test('the table has one row for each key, once', () => {
  const rows = environmentTable().trim().split('\n').slice(2);
  expect(rows.map((row) => /^\| `(\w+)` \|/.exec(row)?.[1])).toEqual(ENVIRONMENT.map(({ key }) => key));
  expect(new Set(rows).size).toBe(rows.length);
  expect(environmentTable()).toContain('| `KIEQ_SUBMIT_LIMIT` | `20` |');
});

test('the secrets are marked', () => {
  expect(ENVIRONMENT.filter(({ secret }) => secret).map(({ key }) => key)).toEqual([
    'REDIS_URL',
    'KIE_API_KEY',
    'KIE_WEBHOOK_HMAC_KEY',
    'GATEWAY_API_KEYS',
    'GATEWAY_KEY',
    'GATEWAY_WEBHOOK_SECRET',
    'KIEQ_OUTBOUND_PROXY',
    'DASHBOARD_PASSWORD',
    'DASHBOARD_VIEWER_PASSWORD',
    'HTTPS_PROXY',
    'HTTP_PROXY',
    'OTEL_EXPORTER_OTLP_HEADERS',
  ]);
});

test('secretValues finds the parts of compound secrets', () => {
  const env = {
    REDIS_URL: 'redis+sentinel://me:p%40ss@a,b/m?sentinelPassword=other',
    GATEWAY_API_KEYS: 'k1:a,k2:b',
    LOG_LEVEL: 'info',
    KIE_API_KEY: '',
  };
  expect(secretValues(env).toSorted()).toEqual(
    [env.GATEWAY_API_KEYS, 'k1', 'k2', 'other', 'p%40ss', 'p@ss', env.REDIS_URL].toSorted(),
  );
  expect(secretValues({})).toEqual([]);
  // Where Redis is must be readable in logs, in every form.
  for (const url of ['redis://a:1', 'rediss://a', 'redis+cluster://a:1,b:2', 'rediss+sentinel://a/m'])
    expect(secretValues({ REDIS_URL: url })).toEqual([]);
  expect(secretValues({ OTEL_EXPORTER_OTLP_HEADERS: 'x-key=abc%20def' })).toEqual(
    expect.arrayContaining(['abc%20def', 'abc def']),
  );
});

test('a proxy is read in small letters too, and without a scheme; its password is a secret, its address is not', () => {
  const env = { https_proxy: 'proxy:3128', HTTPS_PROXY: 'http://other:1', HTTP_PROXY: 'http://me:p4ss@proxy:3128' };
  expect(parseEnvironment(env, [])).toMatchObject({
    httpsProxy: 'http://proxy:3128/',
    httpProxy: 'http://me:p4ss@proxy:3128/',
    noProxy: undefined,
  });
  expect(secretValues({ ...env, http_proxy: 'http://you:w0rd@proxy:3128' })).toEqual(
    expect.arrayContaining(['p4ss', 'w0rd']),
  );
  expect(secretValues({ https_proxy: 'http://proxy:3128' })).toEqual([]);
});

// @guarantee G7
test('the settings of a pool hold a fingerprint and not the key', () => {
  const env = parseEnvironment(
    { KIE_API_KEY: 'kie-key', KIE_BASE_URL: 'http://localhost:1/', KIEQ_SUBMIT_LIMIT: '5' },
    ['kie', 'pool', 'files'],
  );
  const settings = poolSettings(env);
  expect(settings).toMatchObject({
    baseUrl: 'http://localhost:1',
    accountFingerprint: accountFingerprint('kie-key'),
    submitLimit: 5,
    holdMs: 86_400_000,
  });
  expect(settings.accountFingerprint).toMatch(/^[0-9a-f]{16}$/);
  expect(accountFingerprint('other')).not.toBe(settings.accountFingerprint);
  expect(JSON.stringify(settings)).not.toContain('kie-key');
});
