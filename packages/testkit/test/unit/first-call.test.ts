import { expect, test } from 'vitest';
import { firstCall } from '../../../../examples/demo/src/first-call.ts';

const PLACES = { images: '/opt/my kieq/images/', command: 'npx kieq' };
const FACTS = {
  gatewayUrl: 'http://127.0.0.1:8080',
  redisUrl: 'redis://127.0.0.1:6379',
  settings: { KIEQ_PREFIX: undefined },
  wantsKey: false,
};

test('the first call is one line of a shell, also where the package lies in a folder with blanks', () => {
  const [, curl = '', , watch] = firstCall(PLACES, FACTS).split('\n');
  expect(curl.trim()).toMatch(
    /^curl -sS http:\/\/127\.0\.0\.1:8080\/v1\/generations -F 'request=\{.*\}' -F 'image_urls=@"\/opt\/my kieq\/images\/cat\.png"'$/,
  );
  expect(watch?.trim()).toBe('REDIS_URL=redis://127.0.0.1:6379 npx kieq watch -o first.mp4 <id>');
});

test('with keys it takes one of a variable, and prints none', () => {
  const text = firstCall(PLACES, { ...FACTS, wantsKey: true });
  expect(text).toContain('-H "authorization: Bearer $GATEWAY_KEY"');
  expect(text).toContain('GATEWAY_KEY is one of your GATEWAY_API_KEYS');
});

test('another pool than the default is named where its result is waited for', () => {
  const text = firstCall(PLACES, {
    ...FACTS,
    settings: { KIEQ_PREFIX: '{kieq}:test', KIEQ_ALLOW_PRIVATE_URLS: 'true' },
  });
  expect(text).toContain("KIEQ_PREFIX='{kieq}:test' KIEQ_ALLOW_PRIVATE_URLS=true npx kieq watch");
});

test('a Redis with a password is not printed', () => {
  const text = firstCall(PLACES, { ...FACTS, redisUrl: undefined });
  expect(text).toContain('with your REDIS_URL in the environment:\n  npx kieq watch');
});
