import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { isAbsent, withoutAbsent } from '../../src/absent.ts';

const schema = z.strictObject({
  name: z.string().min(1),
  count: z.int().default(7),
  note: z.string().optional(),
  more: z.record(z.string(), z.unknown()).optional(),
});

describe('an optional field', () => {
  it.each([undefined, null, '', ' ', '\t\r\n\u00a0'])('is absent as %j', (value) => {
    expect(isAbsent(value)).toBe(true);
    expect(withoutAbsent(schema, { name: 'a', count: value, note: value, more: value })).toEqual({ name: 'a' });
  });

  it.each([0, false, 'x', [], {}, Number.NaN])('is there as %j', (value) => {
    expect(isAbsent(value)).toBe(false);
    expect(withoutAbsent(schema, { note: value })).toEqual({ note: value });
  });
});

it('leaves required and unknown fields, and the content of fields', () => {
  const value = { name: '', other: null, more: { empty: '', none: null } };
  expect(withoutAbsent(schema, value)).toEqual(value);
});

it.each([null, 'text', 7, [null], undefined])('leaves %j, which is no object', (value) => {
  expect(withoutAbsent(schema, value)).toBe(value);
});
