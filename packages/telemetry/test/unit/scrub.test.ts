import { isSecretName, redactObject, scrub } from '@kieq/telemetry';
import { describe, expect, test } from 'vitest';

describe('isSecretName', () => {
  test.each([
    'authorization',
    'Proxy-Authorization',
    'apiKey',
    'api_key',
    'x-api-key',
    'KIE_API_KEY',
    'GATEWAY_API_KEYS',
    'key',
    'token',
    'attemptToken',
    'password',
    'DASHBOARD_PASSWORD',
    'secret',
    'webhookSecret',
    'hmac',
    'hmacKey',
    'KIE_WEBHOOK_HMAC_KEY',
    'cookie',
    'set-cookie',
    'X-Webhook-Signature',
  ])('%s', (name) => expect(isSecretName(name)).toBe(true));

  test.each(['generation', 'task', 'tokenHash', 'idempotencyKey', 'keys', 'monkey', 'message', 'author'])(
    'not %s',
    (name) => {
      expect(isSecretName(name)).toBe(false);
    },
  );
});

describe('scrub', () => {
  test.each([
    ['the key sk-12345 is bad', 'the key *** is bad'],
    ['url with a%20%22quoted%22', 'url with ***'],
    ['{"a":"a \\"quoted\\""}', '{"a":"***"}'],
    ['Authorization: Bearer abc.def', 'Authorization: Bearer ***'],
    ['connect redis://me:p@ss/w@host:6379 failed', 'connect redis://me:***@host:6379 failed'],
    ['redis://:pw@host', 'redis://:***@host'],
    ['POST https://q.example/callbacks/kie/gen_1/tok_2?x=1', 'POST https://q.example/callbacks/kie/gen_1/***?x=1'],
    [
      'nothing to hide at https://api.kie.ai/api/v1, mail me@host',
      'nothing to hide at https://api.kie.ai/api/v1, mail me@host',
    ],
  ])('%s', (text, expected) => {
    expect(scrub(text, ['sk-12345', 'a "quoted"', 'abc'])).toBe(expected);
  });

  test('a secret that begins another one leaves no rest', () => {
    expect(scrub('abcdefgh', ['abcd', 'abcdefgh'])).toBe('***');
  });
});

describe('redactObject', () => {
  test('keeps what is meaningful and tells that a secret was absent', () => {
    expect(redactObject({ count: 0, on: false, text: '', token: undefined, key: null, at: new Date(0) })).toEqual({
      count: 0,
      on: false,
      text: '',
      token: undefined,
      key: null,
      at: new Date(0),
    });
  });

  test('takes a URL for its text and a buffer for its size', () => {
    expect(redactObject({ url: new URL('http://h/p'), body: Buffer.from('secret') })).toEqual({
      url: 'http://h/p',
      body: '<6 bytes>',
    });
  });

  test('survives cycles', () => {
    const loop: Record<string, unknown> = { name: 'loop' };
    loop['self'] = loop;
    expect(JSON.stringify(redactObject({ loop }))).toContain('[circular]');
  });
});
