import { expect, test } from 'vitest';
import { z } from 'zod';
import { ApiError } from '../../src/api-error.ts';
import { parseCaller, problemsOf } from '../../src/problems.ts';

const schema = z.strictObject({ list: z.array(z.strictObject({ n: z.int('must be whole') })) });

test('every problem has its field, its rule and what was received', () => {
  const value = { list: [{ n: 1 }, { n: 1.5, more: 'x' }], other: 0 };
  const parsed = schema.safeParse(value);
  expect(parsed.error && problemsOf(parsed.error, value, 'items[3]')).toEqual([
    { field: 'items[3].list[1].n', rule: 'must be whole', received: '1.5' },
    { field: 'items[3].list[1].more', rule: 'is no known field', received: '"x"' },
    { field: 'items[3].other', rule: 'is no known field', received: '0' },
  ]);
});

test('a whole value that is wrong, a missing one and a long one', () => {
  const problem = (value: unknown) => {
    const parsed = z.object({ a: z.string() }).safeParse(value);
    return parsed.error && problemsOf(parsed.error, value)[0];
  };
  expect(problem('text')).toMatchObject({ field: '', received: '"text"' });
  expect(problem({})).toMatchObject({ field: 'a', received: 'undefined' });
  expect(problem({ a: Array.from({ length: 1000 }, () => 'x') })?.received).toHaveLength(200);
});

test('what is right is given back as the schema makes it, what is wrong is thrown', () => {
  const limit = z.object({ limit: z.coerce.number().default(50) });
  expect(parseCaller(limit, {})).toEqual({ limit: 50 });
  expect(() => parseCaller(limit, { limit: 'x' })).toThrow(ApiError);
});
