import { describe, expect, test } from 'vitest';

import { addressProblem } from '../../src/address.ts';

const FORM = 'must be an absolute http or https URL';
const USER = 'must not contain a user or password';
const PRIVATE = 'must not be a private address';

describe('form', () => {
  test.each([
    ['', FORM],
    ['/callback', FORM],
    ['//example.com/callback', FORM],
    ['example.com/callback', FORM],
    ['http:example.com', FORM],
    [' https://example.com', FORM],
    ['https://', FORM],
    ['http://exa mple.com', FORM],
    ['http://example.com:99999', FORM],
    ['http://1.2.3.256/', FORM],
    ['http://[fe80::1%25eth0]/', FORM],
    ['ftp://example.com/', FORM],
    ['file:///etc/passwd', FORM],
    ['javascript:alert(1)', FORM],
    ['https://me@example.com/', USER],
    ['https://:secret@example.com/', USER],
    ['https://example.com%40evil.example@10.0.0.1/', USER],
  ])('%s', (url, problem) => {
    expect(addressProblem(url, false)).toBe(problem);
    expect(addressProblem(url, true)).toBe(problem);
  });
});

const PUBLIC_HOSTS = [
  'example.com',
  'EXAMPLE.com.',
  'a.b.example.co.uk:8443',
  'localhost.example.com',
  'internal.example.com',
  'notlocal.example',
  'mylocalhost.dev',
  '8.8.8.8',
  '134744072',
  '0x08080808',
  '172.32.0.1',
  '100.128.0.1',
  '[2606:4700:4700::1111]:8080',
  '[2a00:1450:4001:80b::200e]',
  '[::ffff:8.8.8.8]',
  '[64:ff9b::8.8.8.8]',
];

test.each(PUBLIC_HOSTS)('public: %s', (host) => {
  expect(addressProblem(`https://${host}/callback?x=1#y`, false)).toBeUndefined();
});

const PRIVATE_HOSTS = [
  // names
  'localhost',
  'LOCALHOST:3000',
  'localhost.',
  'api.localhost',
  'localhost.localdomain',
  'printer.local',
  'printer.local.',
  'metadata.google.internal',
  'router.home.arpa',
  'redis',
  'redis.',
  // 127.0.0.1 in the notations of URL
  '127.0.0.1',
  '127.0.0.1.',
  '127.1',
  '127.0.1',
  '2130706433',
  '017700000001',
  '0177.0.0.1',
  '0x7f000001',
  '0x7f.1',
  '0x7F.0x0.0x0.0x1',
  '%31%32%37.0.0.1',
  '１２７.０.０.１',
  '①②⑦.⓪.⓪.①',
  '127。0。0。1',
  // the rest of IPv4
  '0',
  '0.0.0.0',
  '0.1.2.3',
  '10.1.2.3',
  '100.64.0.1',
  '100.100.100.200',
  '168.63.129.16',
  '169.254.169.254',
  '0xa9fea9fe',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.192',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.1.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  // IPv6
  '[::]',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[fe80::1]',
  '[fec0::1]',
  '[fc00::1]',
  '[fd00:ec2::254]',
  '[ff02::1]',
  '[100::1]',
  '[2001:db8::1]',
  '[2001:2::1]',
  '[2001:20::1]',
  '[3fff::1]',
  '[5f00::1]',
  '[4000::1]',
  // IPv4 within IPv6
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::ffff:a9fe:a9fe]',
  '[::ffff:168.63.129.16]',
  '[::127.0.0.1]',
  '[::8.8.8.8]',
  '[::ffff:0:8.8.8.8]',
  '[64:ff9b::10.0.0.1]',
  '[64:ff9b::a9fe:a9fe]',
  '[64:ff9b:1::8.8.8.8]',
  '[2002:7f00:1::]',
  '[2002:808:808::1]',
  '[2001:0:4136:e378:8000:63bf:3fff:fdd2]',
];

test.each(PRIVATE_HOSTS)('private: %s', (host) => {
  expect(addressProblem(`http://${host}/callback`, false)).toBe(PRIVATE);
  expect(addressProblem(`http://${host}/callback`, true)).toBeUndefined();
});

test('a port does not hide an address', () => {
  expect(addressProblem('https://[::1]:443/', false)).toBe(PRIVATE);
  expect(addressProblem('http://127.0.0.1:80/', false)).toBe(PRIVATE);
});
