import { expect, test } from 'vitest';

import { createOutbound, type Lookup, type Outbound } from '../../src/index.ts';
import { httpServer, toPost } from './servers.ts';

const PUBLIC = '93.184.216.34';
const refused = (reason: string): unknown => ({ kind: 'refused', reason });

interface Strict {
  readonly outbound: Outbound;
  /** Names asked, in order. */
  readonly asked: string[];
  /** Addresses dialled, in order; those of names end at 127.0.0.1. */
  readonly dialled: string[];
}

/** Private addresses are not allowed; each question takes the next answer, the last one again and again. */
function strict(...answers: readonly (readonly string[])[]): Strict {
  const asked: string[] = [];
  const dialled: string[] = [];
  const lookup: Lookup = async (name) => {
    asked.push(name);
    return answers[Math.min(asked.length, answers.length) - 1] ?? [];
  };
  const route = (address: string): string => {
    dialled.push(address);
    return '127.0.0.1';
  };
  return { outbound: createOutbound({}, { lookup, route }), asked, dialled };
}

test('a name with a public address is called there', async () => {
  const server = await httpServer((response) => response.end());
  const { outbound, dialled } = strict([PUBLIC, '2606:4700:4700::1111']);
  const answer = await outbound.post(toPost(`http://hook.example:${server.port}/`));
  expect(answer).toEqual({ kind: 'answered', status: 200 });
  expect(server.seen[0]?.headers.host).toBe(`hook.example:${server.port}`);
  expect(dialled).toEqual([PUBLIC, '2606:4700:4700::1111']);
});

test.each([
  ['loopback', ['127.0.0.1']],
  ['link-local', ['169.254.169.254']],
  ['IPv6 loopback', ['::1']],
  ['link-local with a zone', ['fe80::1%eth0']],
  ['a public and a private one', [PUBLIC, '10.0.0.1']],
  ['a public and a mapped private one', [PUBLIC, '::ffff:10.0.0.1']],
  ['no address at all', ['not an address']],
])('a name that resolves to %s is not called', async (_what, addresses) => {
  const { outbound, dialled } = strict(addresses);
  const answer = await outbound.post(toPost('http://hook.example/'));
  expect(answer).toEqual(refused('must not resolve to a private address'));
  expect(dialled).toEqual([]);
});

test('a literal or local address is refused without a lookup', async () => {
  const server = await httpServer((response) => response.end());
  const { outbound, asked } = strict([PUBLIC]);
  for (const host of ['127.0.0.1', '127.1', '[::ffff:7f00:1]', 'localhost']) {
    const answer = await outbound.post(toPost(`http://${host}:${server.port}/`));
    expect(answer).toEqual(refused('must not be a private address'));
  }
  expect(asked).toEqual([]);
  expect(server.sockets).toEqual([]);
});

// @guarantee G7
test('rebinding: the name is asked once, so a second, private answer is never heard', async () => {
  const server = await httpServer((response) => response.end());
  const { outbound, asked, dialled } = strict([PUBLIC], ['127.0.0.1']);
  const answer = await outbound.post(toPost(`http://rebind.example:${server.port}/`));
  expect(answer).toEqual({ kind: 'answered', status: 200 });
  expect(asked).toEqual(['rebind.example']);
  expect(dialled).toEqual([PUBLIC]);
});

test('rebinding over a redirect to itself: the second answer is checked like the first', async () => {
  const server = await httpServer((response) => response.writeHead(307, { location: '/again' }).end());
  const { outbound } = strict([PUBLIC], ['127.0.0.1']);
  const answer = await outbound.post(toPost(`http://rebind.example:${server.port}/`));
  expect(answer).toEqual(refused('redirect target must not resolve to a private address'));
  expect(server.seen).toHaveLength(1);
});

test.each([
  ['http://127.0.0.1:PORT/', 'must not be a private address'],
  ['http://2130706433:PORT/', 'must not be a private address'],
  ['//localhost:PORT/', 'must not be a private address'],
  ['http://user:pass@other.example:PORT/', 'must not contain a user or password'],
  ['file:///etc/passwd', 'must be an absolute http or https URL'],
])('a redirect to %s is not followed', async (location, rule) => {
  const server = await httpServer((response) =>
    response.writeHead(307, { location: location.replace('PORT', String(server.port)) }).end(),
  );
  const { outbound } = strict([PUBLIC]);
  const answer = await outbound.post(toPost(`http://hook.example:${server.port}/`));
  expect(answer).toEqual(refused(`redirect target ${rule}`));
  expect(server.sockets).toHaveLength(1);
});
