import { describe, expect, test } from 'vitest';
import { estimateAll, exampleInput, listPrice, MODELS, priceKind } from '../../src/index.ts';

describe('the kind of a price', () => {
  test('has the length and the fields of the price list, and no others', () => {
    const input = { prompt: 'a cat', duration: '5', mode: 'std', sound: false, aspect_ratio: '1:1' };
    expect(priceKind('kling-3.0/video', input)).toBe('kling-3.0/video|5s|mode=std|sound=false');
    expect(priceKind('kling-3.0/video', { ...input, mode: '4K', duration: 5 })).toBe(
      'kling-3.0/video|5s|mode=4k|sound=false',
    );
    expect(priceKind('kling-2.6/image-to-video', { duration: '10', sound: true })).toBe(
      'kling-2.6/image-to-video|10s|sound=true',
    );
  });

  test('an absent field is a kind of its own', () => {
    expect(priceKind('kling-3.0/video', { duration: '5', sound: false })).toBe('kling-3.0/video|5s|sound=false');
  });

  test('tells requests with a video from those without, where the list does', () => {
    const input = { duration: 5, resolution: '720p' };
    const [without, within] = [
      priceKind('bytedance/seedance-2', input),
      priceKind('bytedance/seedance-2', { ...input, reference_video_urls: ['https://example.com/v.mp4'] }),
    ];
    expect([within?.endsWith('|video'), without]).toEqual([true, within?.replace('|video', '')]);
  });

  test('without facts has the usual fields', () => {
    expect(priceKind('new/model', { duration: 8, resolution: '1080P', seed: 7 })).toBe('new/model|8s|resolution=1080p');
    expect(priceKind('new/model', {})).toBe('new/model');
  });

  test.each([
    ['an open length', 'kling-3.0/motion-control', { mode: '720p' }],
    ['a value that is no word', 'kling-3.0/video', { duration: '5', mode: { a: 1 } }],
    ['a value without end', 'kling-3.0/video', { duration: '5', mode: 'x'.repeat(200) }],
    ['a length that is no number', 'kling-3.0/video', { duration: 'long' }],
  ])('does not exist for %s', (_, id, input) => {
    expect(priceKind(id, input)).toBeUndefined();
  });

  test.each(MODELS.map((model) => [model.id, model] as const))(
    '%s: its example has one, or an open price',
    (id, model) => {
      const kind = priceKind(id, exampleInput(model));
      if (kind === undefined) expect(listPrice(id, exampleInput(model))).toBeUndefined();
      else expect(kind).toMatch(/^[\w./:-]+(\|[\w./:=-]+)*$/);
    },
  );

  test('keeps names of callers short and harmless', () => {
    expect(priceKind(`x y|\u{1F600}${'m'.repeat(200)}`, {})).toMatch(/^x_y_[\w]{1,77}$/);
  });
});

describe('learned prices', () => {
  const model = 'kling-3.0/video';
  const input = { duration: '5', mode: 'std', sound: false };
  const at = Date.UTC(2026, 10, 30, 12);

  test('win over the price list, and say both', () => {
    const learned = new Map([['kling-3.0/video|5s|mode=std|sound=false', { credits: 100, count: 3, at }]]);
    expect(estimateAll([{ model, input }], learned)).toEqual({
      items: [
        {
          model,
          estimate: {
            low: 100,
            high: 100,
            lowUsd: 0.5,
            highUsd: 0.5,
            source: 'learned',
            date: '2026-11-30',
            notes: ['Kie billed this for 3 generations of this pool; the price list says 70.'],
          },
        },
      ],
      total: { low: 100, high: 100, lowUsd: 0.5, highUsd: 0.5, unknown: 0 },
    });
    expect(estimateAll([{ model, input: { ...input, sound: true } }], learned).items[0]?.estimate?.low).toBe(100);
    expect(estimateAll([{ model, input: { ...input, sound: true } }], learned).items[0]?.estimate?.source).toBe('P2');
  });

  test('give a model without facts an estimate', () => {
    const learned = new Map([['new/model|8s', { credits: 12.5, count: 1, at }]]);
    const { items } = estimateAll([{ model: 'new/model', input: { duration: '8' } }], learned);
    expect(items[0]?.estimate).toMatchObject({
      low: 12.5,
      notes: ['Kie billed this for 1 generation of this pool.'],
    });
  });

  test('the list has one price or none', () => {
    expect(listPrice(model, input)).toBe(70);
    expect(listPrice(model, { mode: 'std' })).toBe(70);
    expect(listPrice('runway', { duration: 5 })).toBeUndefined();
    expect(listPrice('new/model', input)).toBeUndefined();
  });
});
