import { isSecretName, redactObject, scrub, visibleJson } from '@kieq/telemetry';
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

  // @guarantee G7
  test('a secret that begins another one leaves no rest', () => {
    expect(scrub('abcdefgh', ['abcd', 'abcdefgh'])).toBe('***');
  });
});

describe('a secret that is an ordinary word', () => {
  const words = ['unknown', 'wrong', 'Redis', '1000'];

  test.each([
    'The key is unknown; send the header Authorization.',
    'The key is wrong; Redis is away for 1000 ms.',
    'generations: unknown (2), an unknown-window of 10000 ms',
  ])('stays in a sentence: %s', (text) => expect(scrub(text, words)).toBe(text));

  test.each([
    ['unknown', '***'],
    ['received "unknown"', 'received "***"'],
    [String.raw`{\"pass\":\"unknown\"}`, String.raw`{\"pass\":\"***\"}`],
    ["tenant 'wrong'", "tenant '***'"],
    ['GET /x?key=wrong&a=b', 'GET /x?key=***&a=b'],
    ['REDIS_PASSWORD=1000', 'REDIS_PASSWORD=***'],
    ['password: unknown', 'password: ***'],
    ['Bearer unknown', 'Bearer ***'],
    ['redis://me:wrong@host', 'redis://me:***@host'],
  ])('is masked in the position of a value: %s', (text, expected) => expect(scrub(text, words)).toBe(expected));

  test.each(['sk-unknown', 'unknown1', 'uNknOwn', 'correct-horse-battery', 'abcdefghijkl', '123456789012'])(
    'any other secret is masked everywhere: %s',
    (secret) => expect(scrub(`a ${secret} b x${secret}x`, [secret])).toBe('a *** b x***x'),
  );
});

describe('visibleJson', () => {
  test('shows what no eye sees, and means the same', () => {
    const value = { 'a\u202Eb': ['\u200B\u0085\u007F', '\u{E0001}', 'naïve ✓ 👍', 'line\nend'] };
    const text = visibleJson(JSON.stringify(value, null, 2));
    expect(text).toContain(String.raw`a\u202eb`);
    expect(text).toContain(String.raw`\udb40\udc01`);
    expect(text).not.toMatch(/[\p{Cf}\x7F-\x9F]/u);
    expect(JSON.parse(text)).toEqual(value);
  });
});

describe('redactObject', () => {
  test('keeps meaningful values and shows that a secret was absent', () => {
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
