import { describe, expect, test } from 'vitest';
import { createKeyring } from '../../src/keyring.ts';

describe('a keyring', () => {
  const keys = [
    { key: 'first', tenant: 'a' },
    { key: 'second', tenant: 'a' },
    { key: 'third', tenant: '*' },
  ];

  test('knows the tenant of a key; the tenant * is an operator', () => {
    const find = createKeyring(keys);
    expect(find('first')).toMatchObject({ tenant: 'a' });
    expect(find('second')).toMatchObject({ tenant: 'a' });
    expect(find('third')).toMatchObject({ tenant: undefined });
  });

  test.each(['', 'firs', 'first ', 'FIRST', 'firstsecond', 'fourth', 'x'.repeat(10_000)])(
    'knows nothing of %j',
    (key) => {
      expect(createKeyring(keys)(key)).toBeUndefined();
    },
  );

  test('counts each key by a name of its own, the same in every process, which is not the key', () => {
    const [one, other] = [createKeyring(keys), createKeyring(keys)];
    expect(one('first')?.keyId).toMatch(/^[0-9a-f]{16}$/);
    expect(one('first')?.keyId).toBe(other('first')?.keyId);
    expect(one('first')?.keyId).not.toBe(one('second')?.keyId);
  });
});
