import { randomBytes } from 'node:crypto';
import { digest, GENERATION_ID, jobGenerationId, keyedGenerationId, timedGenerationId } from '@kieq/domain';
import { describe, expect, test } from 'vitest';

describe('timedGenerationId', () => {
  test('sorts by time as text', () => {
    const times = [0, 1, 31, 32, 1_023, 1_754_000_000_000, 1_754_000_000_001, 32 ** 9, 32 ** 10 - 1];
    const ids = times.map((ms) => timedGenerationId(ms, randomBytes(16)));
    expect(ids.toSorted()).toEqual(ids);
  });

  test('has the documented shape and differs by chance', () => {
    const [one, other] = [timedGenerationId(1, randomBytes(16)), timedGenerationId(1, randomBytes(16))];
    expect(one).toMatch(GENERATION_ID);
    expect(one).toHaveLength('gen_'.length + 26);
    expect(one).not.toBe(other);
  });

  test('uses every byte, evenly', () => {
    expect(
      timedGenerationId(
        0,
        Uint8Array.from({ length: 16 }, (_, i) => i + 32),
      ).slice(-16),
    ).toBe('0123456789abcdef');
  });
});

describe('ids of callers', () => {
  test('the same key of the same tenant is the same generation', () => {
    expect(keyedGenerationId('acme', 'order-1')).toBe(keyedGenerationId('acme', 'order-1'));
    expect(keyedGenerationId('acme', 'order-1')).toMatch(GENERATION_ID);
  });

  test('tenant and key cannot be shifted into each other', () => {
    expect(keyedGenerationId('a', 'bc')).not.toBe(keyedGenerationId('ab', 'c'));
    expect(keyedGenerationId('a', '1:b')).not.toBe(keyedGenerationId('a1:', 'b'));
  });

  test('a job and a key with the same texts are different generations', () => {
    expect(jobGenerationId('acme', 'x', 1)).not.toBe(keyedGenerationId('acme', 'x'));
    expect(jobGenerationId('acme', 'x', 1)).not.toBe(jobGenerationId('acme', 'x', 2));
  });
});

test('digest frames its parts', () => {
  expect(digest('a', 'b')).not.toBe(digest('ab'));
  expect(digest('a', '')).not.toBe(digest('a'));
  expect(digest('a')).toMatch(/^[0-9a-f]{64}$/);
});
