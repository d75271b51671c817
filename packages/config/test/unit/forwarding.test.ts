import { describe, expect, it } from 'vitest';
import { isForwarded, isFromHere, openAccessAdvice } from '../../src/forwarding.ts';

const here = {
  host: 'localhost:8080',
  accept: '*/*',
  'user-agent': 'curl/8',
  'x-request-id': '1',
  'x-amzn-trace-id': 'Root=1',
  traceparent: '00-1',
};

describe('a request', () => {
  it.each([
    'forwarded',
    'via',
    'x-forwarded-for',
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-forwarded-port',
    'x-forwarded-server',
    'x-forwarded-anything-new',
    'x-real-ip',
    'x-client-ip',
    'x-cluster-client-ip',
    'x-original-forwarded-for',
    'x-envoy-external-address',
    'true-client-ip',
    'fastly-client-ip',
    'cf-connecting-ip',
    'cf-ray',
    'cdn-loop',
    'tailscale-user-login',
  ])('with %s was forwarded, and is not from this machine, whatever its value', (name) => {
    for (const value of ['127.0.0.1', 'localhost', '']) {
      expect(isForwarded({ ...here, [name]: value })).toBe(true);
      expect(isFromHere({ headers: { ...here, [name]: value }, socket: { remoteAddress: '127.0.0.1' } })).toBe(false);
    }
  });

  it.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])('from %s without any is from here', (remoteAddress) =>
    expect(isFromHere({ headers: here, socket: { remoteAddress } })).toBe(true),
  );

  it.each(['192.168.1.4', '::ffff:10.0.0.1', '2001:db8::1', '', undefined])('from %s is not', (remoteAddress) =>
    expect(isFromHere({ headers: here, socket: { remoteAddress } })).toBe(false),
  );

  it('that names another host is not', () => {
    const headers = { ...here, host: 'evil.example' };
    expect(isFromHere({ headers, socket: { remoteAddress: '127.0.0.1' } })).toBe(false);
  });
});

it.each(['gateway', 'dashboard'] as const)('the advice of an open %s names what to set, and why', (server) => {
  expect(openAccessAdvice(server)).toMatch(
    new RegExp(`behind any proxy .* set ${server.toUpperCase()}_.*rewrites Host`),
  );
});
