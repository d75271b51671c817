import { expect, test } from 'vitest';
import { timingInput } from '@kieq/models';

test.each([
  ['kling-2.6/image-to-video', { duration: '10', sound: true }, { duration: 10, sound: true }],
  ['bytedance/seedance-1.5-pro', { duration: 8, generate_audio: true }, { duration: 8, sound: true }],
  ['kling-3.0/video', {}, { duration: 5 }],
  ['hailuo/02-image-to-video-pro', {}, { duration: 6 }],
  ['veo-3-1', {}, { duration: 8, sound: true }],
  ['infinitalk/from-audio', { audio_url: 'https://example.com/a.mp3' }, {}],
  ['wan/3-0-video', { duration: -1 }, { sound: true }],
])('%s: %j', (model, input, expected) => {
  expect(timingInput(model, input)).toEqual(expected);
});

test('leaves the input of a model without facts as it is', () => {
  const input = { duration: '7', seed: 1 };
  expect(timingInput('someone/elses', input)).toBe(input);
});
