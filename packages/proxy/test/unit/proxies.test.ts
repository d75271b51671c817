import { NO_PROXIES, proxiesOf, shownProxy } from '@kieq/proxy';
import { describe, expect, test } from 'vitest';

const both = { httpProxy: 'http://plain.example:3128/', httpsProxy: 'http://me:s%40cret@secure.example:3129/' };

test('the protocol of the address decides, not that of the proxy', () => {
  const proxies = proxiesOf(both);
  expect(proxies.for('http:', 'a.example', 80)?.host).toBe('plain.example:3128');
  expect(proxies.for('https:', 'a.example', 443)?.host).toBe('secure.example:3129');
  expect(proxiesOf({ httpProxy: both.httpProxy }).for('https:', 'a.example', 443)).toBeUndefined();
});

test('without a proxy there are none, and Node connects as ever', () => {
  expect(proxiesOf({ noProxy: 'a.example' })).toBe(NO_PROXIES);
});

test('the shown address of a proxy never has its password', () => {
  expect(shownProxy(proxiesOf(both), new URL('https://api.kie.ai'))).toBe('http://secure.example:3129');
  expect(shownProxy(proxiesOf({ ...both, noProxy: 'kie.ai' }), new URL('https://api.kie.ai'))).toBeUndefined();
});

describe('NO_PROXY', () => {
  test.each([
    ['*', 'a.example', 443, true],
    ['a.example', 'a.example', 443, true],
    ['a.example', 'A.Example.', 443, true],
    ['a.example', 'b.a.example', 443, true],
    ['.a.example', 'b.a.example', 443, true],
    ['.a.example', 'a.example', 443, true],
    ['*.a.example', 'b.a.example', 443, true],
    ['a.example', 'ba.example', 443, false],
    ['other.example, a.example', 'a.example', 443, true],
    ['other.example a.example', 'a.example', 443, true],
    ['a.example:8443', 'a.example', 8443, true],
    ['a.example:8443', 'a.example', 443, false],
    ['10.0.0.0/8', '10.200.1.1', 443, true],
    ['10.0.0.0/8', '11.0.0.1', 443, false],
    ['10.0.0.0/8', 'ten.example', 443, false],
    ['10.0.0.0/99', '10.0.0.1', 443, false],
    ['10.1.2.3', '10.1.2.3', 80, true],
    ['10.1.2.3:81', '10.1.2.3', 80, false],
    ['fd00::/8', '[fd00::1]', 443, true],
    ['[fd00::1]:443', 'fd00::1', 443, true],
    ['[fd00::1]:443', 'fd00::1', 444, false],
    ['', 'a.example', 443, false],
  ])('%s: %s at %i directly: %s', (noProxy, host, port, isDirect) => {
    const proxy = proxiesOf({ ...both, noProxy }).for('https:', host, port);
    expect(proxy === undefined).toBe(isDirect);
  });

  test.each(['localhost', 'kie.localhost', '127.0.0.1', '127.8.8.8', '[::1]'])(
    'this machine, as %s, is direct',
    (host) => {
      expect(proxiesOf(both).for('http:', host, 80)).toBeUndefined();
    },
  );
});
