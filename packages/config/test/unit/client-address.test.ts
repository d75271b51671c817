import { describe, expect, it } from 'vitest';
import { canonicalAddress, countedAddress } from '../../src/addresses.ts';
import { clientAddress } from '../../src/client-address.ts';
import { trustedProxies } from '../../src/trusted-proxies.ts';

const trusted = trustedProxies.schema.parse('10.0.0.0/8, 127.0.0.1,2001:db8:1::/48');
const ask = (headers: Record<string, string>, remoteAddress: string | undefined = '10.0.0.1'): string =>
  clientAddress({ headers, socket: { remoteAddress } }, trusted);

describe('the address of the client', () => {
  it.each<[string, Record<string, string>, string]>([
    ['of the proxy, which says nothing', {}, '10.0.0.1'],
    ['as the proxy saw it', { 'x-forwarded-for': '192.0.2.7' }, '192.0.2.7'],
    [
      'and not what the client made up',
      { 'x-forwarded-for': '127.0.0.1, 10.9.9.9, 198.51.100.1, 192.0.2.7' },
      '192.0.2.7',
    ],
    ['through several proxies', { 'x-forwarded-for': '198.51.100.1,192.0.2.7,10.2.2.2,10.3.3.3' }, '192.0.2.7'],
    ['all of them trusted', { 'x-forwarded-for': '10.2.2.2,10.3.3.3' }, '10.2.2.2'],
    ['with a port', { 'x-forwarded-for': '192.0.2.7:4711' }, '192.0.2.7'],
    ['of IPv6', { 'x-forwarded-for': '2001:DB8:2:0:0::1' }, '2001:db8:2::1'],
    ['of IPv6, with a port', { 'x-forwarded-for': '[2001:db8:2::1]:4711' }, '2001:db8:2::1'],
    ['of IPv4 in IPv6', { 'x-forwarded-for': '::ffff:192.0.2.7' }, '192.0.2.7'],
    ['in Forwarded', { forwarded: 'for=192.0.2.7;proto=https' }, '192.0.2.7'],
    ['in Forwarded, quoted', { forwarded: 'for=1.2.3.4, By=x; FOR="[2001:db8:2::1]:4711"' }, '2001:db8:2::1'],
    [
      'in X-Forwarded-For rather than in Forwarded',
      { 'x-forwarded-for': '192.0.2.7', forwarded: 'for=1.2.3.4' },
      '192.0.2.7',
    ],
    ['of the proxy, where the entry is no address', { 'x-forwarded-for': '192.0.2.7, unknown' }, '10.0.0.1'],
    ['of the last good proxy', { 'x-forwarded-for': '192.0.2.7, <script>, 10.2.2.2' }, '10.2.2.2'],
    ['of the proxy, where it is empty', { 'x-forwarded-for': '' }, '10.0.0.1'],
    ['of the proxy, where Forwarded is hidden', { forwarded: 'for=_hidden' }, '10.0.0.1'],
    ['of the proxy, where Forwarded is none', { forwarded: ';;;,,,"' }, '10.0.0.1'],
    ['behind very many', { 'x-forwarded-for': `${'192.0.2.7,'.repeat(5000)}192.0.2.8` }, '192.0.2.8'],
  ])('%s', (_name, headers, address) => expect(ask(headers)).toBe(address));

  it('is that of the connection where no proxy is trusted, or another one asks', () => {
    const headers = { 'x-forwarded-for': '192.0.2.7' };
    expect(ask(headers, '203.0.113.9')).toBe('203.0.113.9');
    expect(clientAddress({ headers, socket: { remoteAddress: '10.0.0.1' } }, undefined)).toBe('10.0.0.1');
    expect(ask(headers, '::ffff:10.0.0.1')).toBe('192.0.2.7');
    expect(ask(headers, '2001:db8:1:7::9%eth0')).toBe('192.0.2.7');
    expect(clientAddress({ headers, socket: {} }, trusted)).toBe('unknown');
  });
});

describe('TRUSTED_PROXIES', () => {
  it.each(['10.0.0.1', '10.0.0.0/8', '::1', '::1/128,10.0.0.1', '::ffff:10.0.0.0/104', ' 10.0.0.1 , 10.0.0.2 '])(
    'takes %j',
    (text) => expect(trustedProxies.schema.safeParse(text).success).toBe(true),
  );

  it.each([
    '10.0.0',
    '10.0.0.0/33',
    '10.0.0.0/0',
    '::/0',
    '::ffff:0.0.0.0/96',
    'localhost',
    '10.0.0.1,',
    '*',
    '10.0.0.1/-1',
    '10.0.0.1/8/8',
    '010.0.0.1',
  ])('refuses %j', (text) => expect(trustedProxies.schema.safeParse(text).success).toBe(false));

  it('has what is in its networks, and nothing else', () => {
    const mapped = trustedProxies.schema.parse('::ffff:10.1.0.0/112');
    expect([mapped.has('10.1.2.3'), mapped.has('10.2.2.3'), mapped.has('unknown'), mapped.has('::1')]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['2001:db8:2::1', '2001:db8:2:0::/64'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
  ['1::', '1:0:0:0::/64'],
  ['unknown', 'unknown'],
])('%s is counted as %s', (address, counted) => expect(countedAddress(address)).toBe(counted));

it('has one text for each address', () => {
  expect(
    ['::FFFF:0a00:0001', '2001:DB8:0:0::1', 'fe80::1%eth0', '1.2.3.4', '01.2.3.4', '', 'x'].map(canonicalAddress),
  ).toEqual(['10.0.0.1', '2001:db8::1', 'fe80::1', '1.2.3.4', undefined, undefined, undefined]);
});
