import { expect, test } from 'vitest';
import { clipSeconds, estimate, modelOf, type KieModel } from '@kieq/models';

function known(id: string): KieModel {
  const model = modelOf(id);
  if (model === undefined) throw new Error(`the catalogue has no ${id}`);
  return model;
}

test('is exact where all fields of the price are given', () => {
  expect(estimate(known('kling-2.6/image-to-video'), { duration: '5', sound: true })).toEqual({
    kind: 'estimate',
    estimate: { low: 110, high: 110, lowUsd: 0.55, highUsd: 0.55, source: 'P2', date: '2026-09-20', notes: [] },
  });
});

test.each([
  ['a price for each second, and a default resolution', 'kling-3.0/video', { duration: '10', sound: true }, 270, 270],
  ['a duration as a number', 'kling-3.0/video', { duration: 10, mode: 'std', sound: false }, 140, 140],
  ['another case of a value', 'wan/3-0-video', { duration: 5, resolution: '720p' }, 80, 80],
  ['a missing field without a default', 'runway', { duration: 5 }, 12, 30],
  ['a length that the model chooses', 'wan/3-0-video', { duration: -1, resolution: '480P' }, 16, 240],
  ['a length of the audio', 'infinitalk/from-audio', { resolution: '720p' }, 12, null],
  [
    'another price with a video',
    'bytedance/seedance-2',
    { reference_video_urls: ['https://a.example/v.mp4'] },
    125,
    125,
  ],
  ['the older list, where the newest has no such value', 'kling-3.0-omni/image-to-video', { audio: false }, 70, 70],
])('knows %s', (_, id, input, low, high) => {
  expect(estimate(known(id), input)).toMatchObject({ kind: 'estimate', estimate: { low, high } });
});

test('says why there is no estimate', () => {
  expect(estimate(known('pixverse-v6/transition'), {})).toEqual({
    kind: 'unknown',
    reason: 'No price of pixverse-v6/transition is known.',
  });
  expect(estimate(known('kling-2.6/image-to-video'), { duration: '80', sound: false })).toMatchObject({
    kind: 'unknown',
    reason: expect.stringContaining('no price for these values'),
  });
});

test('reads lengths as numbers, texts and texts with a unit', () => {
  const model = known('kling-3.0/video');
  expect(clipSeconds(model, { duration: '7' })).toEqual({ low: 7, high: 7 });
  expect(clipSeconds(model, { duration: 7 })).toEqual({ low: 7, high: 7 });
  expect(clipSeconds(model, { duration: '7s' })).toEqual({ low: 7, high: 7 });
  expect(clipSeconds(model, { duration: 'long' })).toMatchObject({ low: 3, high: 15 });
});
