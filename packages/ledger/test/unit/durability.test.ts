import { createLedger, parseIntentDurability } from '@kieq/ledger';
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

test.each(['kieq', '{}', '{kieq', 'kieq}'])('a ledger needs a hash tag in its prefix: %s', (prefix) => {
  const redis = new Redis({ lazyConnect: true });
  expect(() => createLedger({ redis, prefix })).toThrow(/hash tag/);
});
