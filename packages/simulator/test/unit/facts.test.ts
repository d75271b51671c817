import { expect, it } from 'vitest';
import { inputInvalidity } from '../../src/facts/input-invalidity.ts';
import { listedPrice } from '../../src/facts/listed-price.ts';
import type { ModelFacts } from '../../src/facts/model-facts.ts';

const facts: ModelFacts = {
  input: {
    prompt: { type: 'string', required: true, minLength: 3, maxLength: 10 },
    image_urls: { type: 'array', required: true, items: 'string', minItems: 1, maxItems: 2 },
    last_url: { type: 'string' },
    mode: { type: 'string', enum: ['std', 'pro'], default: 'std' },
    seconds: { type: 'integer', minimum: 2, maximum: 15 },
    cfg: { type: 'number', minimum: 0, maximum: 1 },
    sound: { type: 'boolean' },
    shots: { type: 'array', items: 'object' },
    seed: { enum: [1, 2] },
  },
  images: ['image_urls', 'last_url'],
  length: { field: 'seconds', min: 2, open: [-1] },
  prices: [
    { unit: 'second', withVideo: true, variants: [{ when: {}, credits: 9 }] },
    {
      unit: 'second',
      variants: [
        { when: { mode: 'STD', sound: false }, credits: 1.5 },
        { when: { mode: 'std', sound: true }, credits: 3 },
      ],
    },
    { unit: 'video', variants: [{ when: { mode: ['pro', 'best'] }, credits: 50 }] },
  ],
};
const right = { prompt: 'a cat', image_urls: ['https://a.example/b.png'] };

it.each([
  [{}, undefined],
  [{ unknown: 1, sound: null, shots: [] }, undefined],
  [{ prompt: '' }, 'This field is required'],
  [{ image_urls: [] }, 'This field is required'],
  [{ prompt: 'ab' }, 'prompt length must be at least 3 characters'],
  [{ prompt: '🐈'.repeat(11) }, 'prompt length cannot exceed 10 characters'],
  [{ image_urls: 'https://a.example/b.png' }, 'image_urls must be an array'],
  [{ image_urls: ['b.png'] }, 'image_urls file type not supported'],
  [{ last_url: 'ftp://a.example/b.png' }, 'last_url file type not supported'],
  [{ image_urls: ['https://a/1', 'https://a/2', 'https://a/3'] }, 'image_urls length cannot exceed 2 items'],
  [{ image_urls: [7] }, 'image_urls must be an array of strings'],
  [{ shots: ['a'] }, 'shots must be an array of objects'],
  [{ mode: 'STD' }, 'mode is not within the range of allowed options'],
  [{ seconds: '5' }, 'seconds must be an integer'],
  [{ seconds: 5.5 }, 'seconds must be an integer'],
  [{ seconds: 16 }, 'seconds must be at most 15'],
  [{ seconds: -1 }, undefined],
  [{ cfg: -0.5 }, 'cfg must be at least 0'],
  [{ sound: 'true' }, 'sound must be a boolean'],
  // The sources do not agree on its type.
  [{ seed: '2' }, undefined],
  [{ seed: '3' }, 'seed is not within the range of allowed options'],
])('%j: %s', (more, wrong) => {
  expect(inputInvalidity(facts, { ...right, ...more })).toBe(wrong);
});

it.each([
  ['a default, and the shortest clip', {}, 3],
  ['the length', { seconds: 10 }, 15],
  ['a length as text', { seconds: '10', sound: true }, 30],
  ['a length that the model chooses', { seconds: -1, sound: true }, 6],
  ['an older list, where the newest has no such value', { mode: 'PRO' }, 50],
  ['the list for a video', { video_url: 'https://a.example/v.mp4', seconds: 4 }, 36],
])('a price by %s', (_name, input, credits) => {
  expect(listedPrice(facts, input)).toBe(credits);
});

it('has no price for values that no list has', () => {
  expect(listedPrice(facts, { mode: 'other' })).toBeUndefined();
  expect(listedPrice({ ...facts, prices: [] }, {})).toBeUndefined();
  expect(listedPrice({ ...facts, length: { fixedSeconds: 8 } }, { sound: false })).toBe(12);
});
