import { expect, test } from 'vitest';
import { checkInput, type KieModel } from '@kieq/models';

const model: KieModel = {
  id: 'maker/model',
  family: 'maker',
  kind: 'frame',
  status: 'documented',
  source: 'A',
  input: {
    prompt: { type: 'string', required: true, minLength: 3, maxLength: 10 },
    image_urls: { type: 'array', required: true, items: 'string', minItems: 1, maxItems: 2 },
    duration: { type: 'string', enum: ['5', '10'] },
    seconds: { type: 'integer', minimum: 2, maximum: 15 },
    sound: { type: 'boolean' },
    frame_url: { type: 'string', format: 'uri' },
    seed: { type: 'number', disputed: ['type'] },
    shots: { type: 'array', items: 'object' },
  },
  disputedFields: ['nsfw_checker'],
  images: [{ field: 'image_urls', shape: 'list', role: 'frames', min: 1, max: 2 }],
  sound: { field: 'sound' },
  duration: { field: 'seconds', min: 2, max: 15, open: [-1] },
  prices: [],
};
const right = { prompt: 'a cat', image_urls: ['https://a.example/b.png'] };

test.each([
  ['text for a number', { seconds: '5' }, 'input.seconds', 'must be a whole number', '5'],
  ['a number for text', { duration: 5 }, 'input.duration', 'must be text', '"5"'],
  ['a text for a flag', { sound: 'true' }, 'input.sound', 'must be true or false', 'true'],
  ['one link for a list', { image_urls: 'https://a.example/b.png' }, 'input.image_urls', 'must be a list', undefined],
  ['a value that is near', { duration: '10s' }, 'input.duration', 'must be one of "5", "10"', '"10"'],
  ['a value out of range', { seconds: 16 }, 'input.seconds', 'must be at most 15', undefined],
  ['a text too long', { prompt: 'a'.repeat(11) }, 'input.prompt', 'must have at most 10 characters', undefined],
  ['a text too short', { prompt: 'a' }, 'input.prompt', 'must have at least 3 characters', undefined],
  ['too many images', { image_urls: ['a', 'b', 'c'] }, 'input.image_urls', 'must have at most 2 entries', undefined],
  ['an entry of another type', { image_urls: ['a', 7] }, 'input.image_urls[1]', 'must be text', undefined],
  ['no entry', { image_urls: [] }, 'input.image_urls', 'must have at least 1', undefined],
  ['entries that are no objects', { shots: ['a'] }, 'input.shots[0]', 'must be an object', undefined],
  ['a path for a link', { frame_url: 'b.png' }, 'input.frame_url', 'must be an absolute URL', undefined],
])('warns about %s', (_, given, field, rule, meant) => {
  expect(checkInput(model, { ...right, ...given })).toEqual([
    {
      field,
      rule: expect.stringContaining(rule),
      ...(meant === undefined ? {} : { meant: expect.stringContaining(meant) }),
    },
  ]);
});

test('counts a misspelt field once, and not as a missing one', () => {
  expect(checkInput(model, { promt: 'a cat', image_urls: right.image_urls })).toEqual([
    { field: 'input.promt', rule: expect.stringContaining('is no field of this model'), meant: 'input.prompt' },
  ]);
});

test('names a required field that is missing or null', () => {
  const missing = { field: 'input.prompt', rule: 'is required by this model' };
  expect(checkInput(model, { image_urls: right.image_urls })).toEqual([missing]);
  expect(checkInput(model, { ...right, prompt: null })).toEqual([missing]);
});

test('does not check what the sources disagree about, nor a value that lets the model choose', () => {
  expect(checkInput(model, { ...right, seed: 'text', nsfw_checker: true, seconds: -1 })).toEqual([]);
});

test('accepts the name of an upload where a link is expected', () => {
  expect(checkInput(model, { ...right, frame_url: 'kieq-upload://store/0a1b' })).toEqual([]);
});

test('gives at most twenty warnings, and none for a model that is validated strictly', () => {
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`x${i}`, i]));
  expect(checkInput(model, { ...right, ...many })).toHaveLength(20);
  expect(checkInput({ ...model, strict: true }, many)).toEqual([]);
});
