import { expect, test } from 'vitest';
import { z } from 'zod';

import { validateCreateRequest } from '../../src/create-request.ts';
import { RULES } from '../../src/rules.ts';

const schema = z.object({
  text: z.string(),
  flag: z.boolean(),
  count: z.int(),
  amount: z.number(),
  list: z.array(z.string()),
  map: z.record(z.string(), z.string()),
  inner: z.object({}),
  version: z.literal(1),
  colour: z.enum(['red', 'blue']),
});

function rules(form: z.ZodType, value: unknown): string[] {
  return form.safeParse(value, RULES).error?.issues.map(({ message }) => message) ?? [];
}

test('a value that is missing or of another kind is reported by what it must be', () => {
  expect(rules(schema, { count: 1.5 })).toEqual([
    'must be a text',
    'must be true or false',
    'must be a whole number',
    'must be a number',
    'must be an array',
    'must be an object',
    'must be an object',
    'must be 1',
    'must be one of "red", "blue"',
  ]);
});

test('a bound is reported with what it counts, and without a unit where it is a number', () => {
  expect(rules(z.tuple([z.string().min(2), z.array(z.int()).min(1), z.number().min(3)]), ['a', [], 2])).toEqual([
    'must have at least 2 characters',
    'must have at least 1 item',
    'must be at least 3',
  ]);
  expect(rules(z.tuple([z.string().max(1), z.array(z.int()).max(1), z.int().max(3)]), ['ab', [1, 2], 4])).toEqual([
    'must have at most 1 character',
    'must have at most 1 item',
    'must be at most 3',
  ]);
});

test("a schema's own text wins, and what has no text here keeps zod's", () => {
  expect(rules(z.string('must be given'), 7)).toEqual(['must be given']);
  expect(rules(z.email(), 'x')).toEqual(['Invalid email address']);
});

test('no problem of a request reports the received value twice', () => {
  const checked = validateCreateRequest({ model: 'kling-2.6/image-to-video', input: { image_urls: 7, duration: 5 } });
  expect(checked).toEqual({
    ok: false,
    problems: [
      { field: 'input.prompt', rule: 'must be a text', received: 'undefined' },
      { field: 'input.image_urls', rule: 'must be an array', received: '7' },
      { field: 'input.sound', rule: 'must be true or false', received: 'undefined' },
      {
        field: 'input.duration',
        rule: 'must be one of "5", "10", "15", "20", "30", "40", "50", "60", "70", "80"',
        received: '5',
      },
    ],
  });
});
