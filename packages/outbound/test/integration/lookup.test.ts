import { expect, test } from 'vitest';

import { createOutbound } from '../../src/index.ts';
import { nameServerLookup } from '../../src/lookup.ts';
import { nameServer, type Zone } from './name-server.ts';
import { httpServer, toPost } from './servers.ts';

const NEVER = new AbortController().signal;

async function lookupIn(zone: Zone): Promise<ReturnType<typeof nameServerLookup>> {
  const { address } = await nameServer(zone);
  return nameServerLookup([address]);
}

test('both families are asked, IPv4 comes first', async () => {
  const lookup = await lookupIn((question) =>
    question === 'hook.example A' ? ['93.184.216.34', '93.184.216.35'] : ['2606:4700:4700::1111'],
  );
  expect(await lookup('hook.example', NEVER)).toEqual(['93.184.216.34', '93.184.216.35', '2606:4700:4700::1111']);
});

test.each(['A', 'AAAA'])('%s alone is enough', async (type) => {
  const address = type === 'A' ? '93.184.216.34' : '2606:4700:4700::1111';
  const lookup = await lookupIn((question) => (question.endsWith(` ${type}`) ? [address] : 'SERVFAIL'));
  expect(await lookup('hook.example', NEVER)).toEqual([address]);
});

test('a private address in the other family condemns the name', async () => {
  const lookup = await lookupIn((question) => (question.endsWith(' A') ? ['93.184.216.34'] : ['fd00::1']));
  expect(await createOutbound({}, { lookup }).post(toPost('http://hook.example/'))).toEqual({
    kind: 'refused',
    reason: 'must not resolve to a private address',
  });
});

test.each([
  ['NXDOMAIN', 'ENOTFOUND'],
  [[], 'ENOTFOUND'],
  ['SERVFAIL', 'EAI_AGAIN'],
] as const)('a name server that answers %j: %s', async (answer, transport) => {
  const lookup = await lookupIn(() => answer);
  const outbound = createOutbound({}, { lookup });
  expect(await outbound.post(toPost('http://hook.example/'))).toEqual({ kind: 'failed', transport });
});

test('a lookup that finds nothing is no answer', async () => {
  const outbound = createOutbound({}, { lookup: async () => [] });
  expect(await outbound.post(toPost('http://hook.example/'))).toEqual({ kind: 'failed', transport: 'ENOTFOUND' });
});

test('a silent name server counts into the time limit', async () => {
  const lookup = await lookupIn(() => 'silence');
  const post = toPost('http://hook.example/', { timeoutMs: 100 });
  expect(await createOutbound({}, { lookup }).post(post)).toEqual({ kind: 'failed', transport: 'ETIMEDOUT' });
});

test('an abort ends the questions to the name server', async () => {
  const stop = new AbortController();
  const lookup = await lookupIn(() => {
    stop.abort();
    return 'silence';
  });
  await expect(lookup('hook.example', stop.signal)).rejects.toMatchObject({ code: 'ECANCELLED' });
});

test('a lookup that resolves after the end calls no listener', async () => {
  const server = await httpServer((response) => response.end());
  const stop = new AbortController();
  let answer = (_addresses: string[]): void => {};
  const late = new Promise<string[]>((resolve) => (answer = resolve));
  const outbound = createOutbound({ allowPrivate: true }, { lookup: () => (stop.abort(), late) });
  const post = toPost(`http://hook.example:${server.port}/`, { signal: stop.signal });
  expect(await outbound.post(post)).toEqual({ kind: 'failed', transport: 'ABORTED' });
  answer(['127.0.0.1']);
  // Another call to the same server afterwards: the late one would have come before it.
  await createOutbound({ allowPrivate: true }).post(toPost(`http://127.0.0.1:${server.port}/after`));
  expect(server.seen.map(({ url }) => url)).toEqual(['/after']);
  expect(server.sockets).toHaveLength(1);
});
