import { expect, test } from 'vitest';

import type { Lookup } from '../../src/lookup.ts';
import { vet } from '../../src/vet.ts';

const signal = new AbortController().signal;
const nobodyAsked: Lookup = async (name) => {
  throw new Error(`asked for ${name}`);
};

test.each([
  ['https://93.184.216.34/', '93.184.216.34'],
  ['https://1572395042:8443/', '93.184.216.34'],
  ['http://[2606:4700:4700::1111]/', '2606:4700:4700::1111'],
])('%s is its own address: no name server is queried', async (url, address) => {
  const vetted = await vet(url, { allowPrivate: false, lookup: nobodyAsked }, signal);
  expect(vetted).toEqual({ kind: 'vetted', url: new URL(url), addresses: [address] });
});

test('what breaks a rule is refused before any query', async () => {
  const vetted = await vet('http://api.internal/', { allowPrivate: false, lookup: nobodyAsked }, signal);
  expect(vetted).toEqual({ kind: 'refused', reason: 'must not be a private address' });
});

test('private answers are fine where they are allowed', async () => {
  const lookup: Lookup = async () => ['10.0.0.1', '::1'];
  const vetted = await vet('http://api.internal/', { allowPrivate: true, lookup }, signal);
  expect(vetted).toMatchObject({ kind: 'vetted', addresses: ['10.0.0.1', '::1'] });
});
