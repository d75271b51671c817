import { environmentAdvice, environmentWarnings, secretValues, type RawEnvironment } from '@kieq/config';
import { describe, expect, test } from 'vitest';

const LONG = 'b3f1c0de9a77e2d4c6581f0a';
const messages = (env: RawEnvironment): string[] => environmentAdvice(env).map(({ message }) => message);

describe('a secret that protects more than this machine', () => {
  test.each<[RawEnvironment, string]>([
    [{ KIE_API_KEY: '"k"' }, 'KIE_API_KEY begins and ends with a quotation mark'],
    [{ KIE_API_KEY: `'${LONG}'` }, 'KIE_API_KEY begins and ends with a quotation mark'],
    [{ KIE_API_KEY: 'change-me' }, 'KIE_API_KEY is a placeholder'],
    [{ KIE_API_KEY: 'your-api-key' }, 'KIE_API_KEY is a placeholder'],
    [{ KIE_API_KEY: 'YOUR_KIE_API_KEY_HERE' }, 'KIE_API_KEY is a placeholder'],
    [{ KIE_API_KEY: '<key-of-the-account>' }, 'KIE_API_KEY is a placeholder'],
    [{ KIE_API_KEY: 'xxx' }, 'KIE_API_KEY is a placeholder'],
    [{ KIE_API_KEY: 'xxxxxxxx-xxxx-xxxx-xxxxxxxx' }, 'KIE_API_KEY is a placeholder'],
    [{ KIE_WEBHOOK_HMAC_KEY: 'todo', PUBLIC_URL: 'https://kieq.example' }, 'KIE_WEBHOOK_HMAC_KEY is a placeholder'],
    [{ GATEWAY_HOST: '0.0.0.0', GATEWAY_API_KEYS: 'a:*' }, "GATEWAY_API_KEYS (key 1, an operator's) is a placeholder"],
    [
      { GATEWAY_HOST: '0.0.0.0', GATEWAY_API_KEYS: `${LONG}:a, q8Zp2:shop` },
      'GATEWAY_API_KEYS (key 2, of tenant shop) has fewer than 24 characters',
    ],
    // A proxy leads to it.
    [
      { PUBLIC_URL: 'https://kieq.example', GATEWAY_API_KEYS: 'q8Zp2:shop' },
      'GATEWAY_API_KEYS (key 1, of tenant shop)',
    ],
    [{ GATEWAY_WEBHOOK_SECRET: 'whsec_c2hvcnQ=' }, 'GATEWAY_WEBHOOK_SECRET has fewer than 24 characters'],
    [{ DASHBOARD_HOST: '::', DASHBOARD_PASSWORD: '1' }, 'DASHBOARD_PASSWORD is a placeholder'],
    [{ DASHBOARD_HOST: '::', DASHBOARD_VIEWER_PASSWORD: 'k9#x' }, 'DASHBOARD_VIEWER_PASSWORD has fewer than 12'],
    [{ REDIS_URL: 'rediss://me:change%2Dme@redis.example' }, 'REDIS_URL is a placeholder'],
    [
      { ARCHIVE_URL: 's3://bucket', AWS_SECRET_ACCESS_KEY: '"wJalrXUtnFEMIK7MDENGbPxRfi"' },
      'AWS_SECRET_ACCESS_KEY begins and ends with a quotation mark',
    ],
  ])('%j: %s', (env, expected) => {
    const [found, ...rest] = environmentWarnings(env);
    expect(rest).toEqual([]);
    expect(found?.startsWith(expected)).toBe(true);
    expect(found).toContain('the next version will refuse it');
    // Neither the whole value nor the part that is the secret.
    for (const value of secretValues(env).filter((one) => one.length > 2)) expect(found).not.toContain(value);
  });

  test.each<RawEnvironment>([
    { KIE_API_KEY: LONG },
    // The service that issues a key chooses its length.
    { KIE_API_KEY: 'q8Zp2' },
    { KIE_API_KEY: 'your4key9is7not3a2placeholder' },
    { GATEWAY_HOST: '0.0.0.0', GATEWAY_API_KEYS: `${LONG}:*` },
    { GATEWAY_WEBHOOK_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
    { DASHBOARD_HOST: '0.0.0.0', DASHBOARD_PASSWORD: 'ponies-and-9-hats' },
    { REDIS_URL: 'redis://redis.example:6379' },
    { REDIS_URL: 'redis://me:q8Zp2k9xL1aa@redis.example:6379' },
  ])('%j is one', (env) => {
    expect(messages(env)).toEqual([]);
  });
});

test.each<RawEnvironment>([
  { KIE_API_KEY: 'change-me', KIE_BASE_URL: 'http://127.0.0.1:4000' },
  { GATEWAY_API_KEYS: 'a:*' },
  { GATEWAY_API_KEYS: 'a:*', GATEWAY_HOST: 'localhost', PUBLIC_URL: 'http://localhost:8080' },
  { DASHBOARD_PASSWORD: '1', DASHBOARD_HOST: '[::1]' },
  { KIE_WEBHOOK_HMAC_KEY: 'todo' },
  { REDIS_URL: 'redis://:pw@127.0.0.1:6379,localhost' },
  { AWS_SECRET_ACCESS_KEY: 'change-me', ARCHIVE_URL: 'file:///results' },
])('%j guards nothing beyond this machine, and nothing is said', (env) => {
  expect(messages(env)).toEqual([]);
});

test('a process judges what it asks for', () => {
  const env = { GATEWAY_WEBHOOK_SECRET: 'secret', DASHBOARD_HOST: '0.0.0.0', DASHBOARD_PASSWORD: '1' };
  expect(environmentAdvice(env, ['dashboard'])).toHaveLength(1);
  expect(environmentAdvice(env, ['outbound'])).toHaveLength(1);
  expect(environmentAdvice(env, ['redis', 'kie'])).toEqual([]);
});

test('the secret of S3, which is no key of ours, is masked as ours are', () => {
  expect(secretValues({ AWS_SECRET_ACCESS_KEY: LONG, AWS_SESSION_TOKEN: 'tok-en' })).toEqual([LONG, 'tok-en']);
});
