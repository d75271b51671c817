import { describe, expect, test } from 'vitest';
import { applyEasy, checkInput, fillRequired, MODELS, modelOf, type Easy, type KieModel } from '@kieq/models';

const IMAGE = 'https://images.example.com/one.jpg';
const LAST = 'https://images.example.com/two.jpg';
const FULL: Easy = {
  prompt: 'a slow pan over the hills',
  image: IMAGE,
  lastImage: LAST,
  seconds: 7,
  sound: true,
  resolution: '900p',
  aspectRatio: '1024x1792',
};

function known(id: string): KieModel {
  const model = modelOf(id);
  if (model === undefined) throw new Error(`the catalogue has no ${id}`);
  return model;
}

describe.each(MODELS.map((model) => [model.id, model] as const))('%s', (_, model) => {
  const { input, mapped, problems } = applyEasy(model, FULL, {});

  test('takes what the convenience values become', () => {
    const complete = fillRequired(model, input).input;
    const missing = Object.keys(model.input).filter(
      (name) => model.input[name]?.required === true && complete[name] === undefined,
    );
    // Audio, video and shots are no convenience values: a model that demands them needs them in `input`.
    const others = Object.fromEntries(missing.map((name) => [name, 'https://images.example.com/other.mp4']));

    expect(missing.filter((name) => !/audio|video|url|orientation|multi_prompt/.test(name))).toEqual([]);
    // A list of links is missing as a list.
    const warnings = checkInput(model, { ...complete, ...others }).filter(({ field }) => !(field.slice(6) in others));
    expect(warnings).toEqual([]);
  });

  test('says of every value what became of it', () => {
    const told = new Set([...mapped, ...problems].map(({ from }) => from));
    const does = (name: keyof Easy): boolean => name === 'sound' && model.sound.always === true;
    expect(Object.keys(FULL).filter((name) => !told.has(name as keyof Easy) && !does(name as keyof Easy))).toEqual([]);
    for (const { field, value } of mapped.filter(({ from }) => from !== 'image')) {
      expect(input[field.slice('input.'.length)]).toEqual(value);
    }
    expect(JSON.stringify(input)).toContain(IMAGE);
  });

  test('keeps the fields that the input has already', () => {
    const own = Object.fromEntries(Object.keys(input).map((name) => [name, 'own']));
    const again = applyEasy(model, FULL, own);

    expect(again.input).toEqual(own);
    expect(again.mapped).toEqual([]);
  });
});

test.each([
  ['text', 'kling/v2-1-pro', 5, { field: 'input.duration', value: '5' }],
  ['a number', 'veo-3-1', 8, { field: 'input.duration', value: 8 }],
  ['the shorter of two', 'veo-3-1', 5, { field: 'input.duration', value: 4, nearest: true }],
  ['the longest', 'veo-3-1', 60, { field: 'input.duration', value: 8, nearest: true }],
  ['another name', 'sora-2-image-to-video', 12, { field: 'input.n_frames', value: '10', nearest: true }],
  ['the least of a range', 'wan/2-7-image-to-video', 1, { field: 'input.duration', value: 2, nearest: true }],
  ['a text of a range', 'kling/v3-turbo-image-to-video', 6.5, { field: 'input.duration', value: '6', nearest: true }],
])('seconds: %s', (_, id, seconds, expected) => {
  expect(applyEasy(known(id), { seconds }).mapped).toEqual([{ from: 'seconds', ...expected }]);
});

test.each([
  ['another case', 'wan/3-0-video', '720p', { field: 'input.resolution', value: '720P' }],
  ['another name', 'kling-3.0/video', '720p', { field: 'input.mode', value: 'std' }],
  ['another word', 'minimax-h3/image-to-video', '1440p', { field: 'input.resolution', value: '2K' }],
  ['the nearest', 'veo-3-1', '1024p', { field: 'input.resolution', value: '1080p', nearest: true }],
])('resolution: %s', (_, id, resolution, expected) => {
  expect(applyEasy(known(id), { resolution }).mapped).toEqual([{ from: 'resolution', ...expected }]);
});

test.each([
  ['a size', 'veo-3-1', '1280x720', { value: '16:9' }],
  ['a word for a ratio', 'sora-2-image-to-video', '9:16', { value: 'portrait' }],
  ['another word for auto', 'bytedance/seedance-2', 'auto', { value: 'adaptive' }],
  ['the nearest', 'veo-3-1', '1024x1792', { value: '9:16', nearest: true }],
])('aspectRatio: %s', (_, id, aspectRatio, expected) => {
  expect(applyEasy(known(id), { aspectRatio }).mapped).toEqual([
    { from: 'aspectRatio', field: 'input.aspect_ratio', ...expected },
  ]);
});

test.each([
  ['kling-2.6/image-to-video', { image: IMAGE }, { image_urls: [IMAGE] }],
  ['kling/v2-1-pro', { image: IMAGE, lastImage: LAST }, { image_url: IMAGE, tail_image_url: LAST }],
  ['kling-3.0/video', { image: IMAGE, lastImage: LAST }, { image_urls: [IMAGE, LAST] }],
  ['wan/2-7-r2v', { image: IMAGE }, { first_frame: IMAGE }],
  [
    'pixverse-v6/reference-to-video',
    { image: IMAGE },
    { image_references: [{ image_url: IMAGE, ref_name: 'image', type: 'subject' }] },
  ],
])('images: %s', (id, easy, input) => {
  expect(applyEasy(known(id), easy)).toMatchObject({ input, problems: [] });
});

test.each([
  ['veo-3-1', { sound: false }, 'sound', 'always have sound'],
  ['kling/v2-1-pro', { sound: true }, 'sound', 'cannot be chosen'],
  ['hailuo/02-image-to-video-pro', { seconds: 10 }, 'seconds', 'its clips have 6 s'],
  ['infinitalk/from-audio', { seconds: 10 }, 'seconds', 'as long as its audio'],
  ['kling/v2-1-pro', { aspectRatio: '1:1' }, 'aspectRatio', 'the ratio of its image'],
  ['kling/v2-1-pro', { resolution: '720p' }, 'resolution', 'cannot be chosen'],
  ['veo-3-1', { resolution: 'large' }, 'resolution', 'must be one of "720p"'],
  ['veo-3-1', { aspectRatio: 'wide' }, 'aspectRatio', 'must be one of "16:9"'],
  ['veo-3-1', { seconds: Number.NaN }, 'seconds', 'above 0'],
  ['kling-2.6/image-to-video', { image: IMAGE, lastImage: LAST }, 'lastImage', 'takes no image to end with'],
  ['kling-3.0/video', { lastImage: LAST }, 'lastImage', 'needs `image`'],
  ['wan/2-2-animate-move', { prompt: 'a cat' }, 'prompt', 'has no field'],
] as const)('%s cannot map %o', (id, easy, from, rule) => {
  const { mapped, problems } = applyEasy(known(id), easy);

  expect(problems).toEqual([{ from, rule: expect.stringContaining(rule) }]);
  expect(mapped.filter((one) => one.from === from)).toEqual([]);
});

test('a value that the model has anyway is neither mapped nor a problem', () => {
  const nothing = { input: {}, mapped: [], problems: [] };
  expect(applyEasy(known('veo-3-1'), { sound: true })).toEqual(nothing);
  expect(applyEasy(known('hailuo/02-image-to-video-pro'), { seconds: 6 })).toEqual(nothing);
});

test('fills in what a model demands, and nothing that is given', () => {
  expect(fillRequired(known('kling-2.6/image-to-video'), { prompt: 'a cat' })).toEqual({
    input: { prompt: 'a cat', sound: false, duration: '5' },
    filled: [
      { field: 'input.sound', value: false },
      { field: 'input.duration', value: '5' },
    ],
  });
  expect(fillRequired(known('kling-3.0/video'), { prompt: 'a cat', duration: '3' }).input).toMatchObject({
    duration: '3',
    mode: 'pro',
  });
});
