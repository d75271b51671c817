import { asStored, environmentWarnings, isSameKie, parseEnvironment, poolSettings } from '@kieq/config';
import { describe, expect, test } from 'vitest';

const KEY = { KIE_API_KEY: 'kie-key' };
const used = (url: string) => parseEnvironment({ ...KEY, KIE_BASE_URL: url }, ['kie']).kieBaseUrl;

describe('KIE_BASE_URL', () => {
  test.each([
    ['https://api.kie.ai/api/v1', 'https://api.kie.ai'],
    ['https://api.kie.ai/api/v1/', 'https://api.kie.ai'],
    ['https://api.kie.ai/api/v1//', 'https://api.kie.ai'],
    ['https://proxy.example//api/v1', 'https://proxy.example'],
    ['http://127.0.0.1:4000/kie/api/v1', 'http://127.0.0.1:4000/kie'],
  ])('loses /api/v1 at its end, with a warning: %s', (given, expected) => {
    expect(used(given)).toBe(expected);
    expect(environmentWarnings({ KIE_BASE_URL: given })).toEqual([
      expect.stringMatching(
        /^KIE_BASE_URL ends in \/api\/v1, which kieq removes.*; kieq uses .*\. Remove \/api\/v1 from KIE_BASE_URL/,
      ),
    ]);
    expect(environmentWarnings({ KIE_BASE_URL: given })[0]).toContain(`; kieq uses ${expected}. Remove`);
  });

  test.each([
    ['https://api.kie.ai/', 'https://api.kie.ai'],
    ['https://api.kie.ai/api', 'https://api.kie.ai/api'],
    ['https://api.kie.ai/api/v10', 'https://api.kie.ai/api/v10'],
    ['https://api.kie.ai/api/v1/jobs', 'https://api.kie.ai/api/v1/jobs'],
    ['https://proxy.example/my-api/v1', 'https://proxy.example/my-api/v1'],
  ])('stays otherwise: %s', (given, expected) => {
    expect(used(given)).toBe(expected);
    expect(environmentWarnings({ KIE_BASE_URL: given })).toEqual([]);
  });

  test.each([undefined, '', 'api.kie.ai/api/v1', 'https://me:pass@api.kie.ai/api/v1'])(
    'of %s nothing is said',
    (given) => {
      expect(environmentWarnings({ KIE_BASE_URL: given })).toEqual([]);
    },
  );
});

describe('with a pool of the version before', () => {
  test('an address that it kept as it was given is the same Kie', () => {
    expect(isSameKie('https://api.kie.ai/api/v1', 'https://api.kie.ai')).toBe(true);
    expect(isSameKie('https://api.kie.ai', 'https://api.kie.ai')).toBe(true);
    expect(isSameKie('https://api.kie.ai/api/v1', 'https://other.example')).toBe(false);
  });

  test('settings are compared in its words, which stay', () => {
    const env = parseEnvironment({ ...KEY, KIE_BASE_URL: 'https://api.kie.ai/api/v1' }, ['kie', 'pool', 'files']);
    const { baseUrl } = poolSettings(env);
    const before = { baseUrl: 'https://api.kie.ai/api/v1', submitLimit: '20' };
    expect(asStored({ baseUrl, submitLimit: '30' }, before)).toEqual({ ...before, submitLimit: '30' });
    expect(asStored({ baseUrl }, { baseUrl: 'https://other.example' })).toEqual({ baseUrl: 'https://api.kie.ai' });
    expect(asStored({ baseUrl }, {})).toEqual({ baseUrl: 'https://api.kie.ai' });
  });
});
