import { createLedger, durabilityProblem, parseIntentDurability } from '@kieq/ledger';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';

test.each([
  ['none', { kind: 'none' }],
  ['fsync', { kind: 'fsync' }],
  ['replica:1', { kind: 'replica', replicas: 1 }],
  ['replica:12', { kind: 'replica', replicas: 12 }],
])('%s', (text, durability) => {
  expect(parseIntentDurability(text)).toEqual(durability);
});

test.each(['', 'NONE', 'replica', 'replica:0', 'replica:-1', 'replica:1.5', 'replica:100', 'fsync:1', ' none'])(
  'refuses "%s" and says what it takes',
  (text) => {
    expect(() => parseIntentDurability(text)).toThrow(
      new RangeError(`intent durability must be none, replica:<n> or fsync, received ${text}`),
    );
  },
);

// @guarantee G1
test.each<
  [text: string, cluster: boolean, version: string, aofEnabled: boolean | undefined, problem: RegExp | undefined]
>([
  ['none', true, '7.0.15', false, undefined],
  ['replica:1', false, '7.0.15', false, undefined],
  ['replica:1', true, '7.2.4', true, /Cluster/],
  ['fsync', true, '7.2.4', true, /Cluster/],
  ['fsync', false, '7.0.15', true, /7\.2 or newer; this server is 7\.0\.15/],
  ['fsync', false, '7.2.4', false, /appendonly yes/],
  ['fsync', false, '7.2.4', undefined, undefined],
  ['fsync', false, '8.0.1', true, undefined],
])('%s on a Cluster: %s, Redis %s, append-only: %s', (text, cluster, version, aofEnabled, problem) => {
  const server = { flavour: 'redis', version, aofEnabled, maxmemoryPolicy: 'noeviction' } as const;
  const found = durabilityProblem(parseIntentDurability(text), cluster, [server]);
  if (problem === undefined) expect(found).toBeUndefined();
  else expect(found).toMatch(problem);
});

test.each(['kieq', '{}', '{kieq', 'kieq}'])('a ledger needs a hash tag in its prefix: %s', (prefix) => {
  const redis = new Redis({ lazyConnect: true });
  expect(() => createLedger({ redis, prefix })).toThrow(/hash tag/);
});
