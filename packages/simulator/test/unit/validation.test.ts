import { describe, expect, it } from 'vitest';
import { KLING_MODEL, readBody } from '../../src/request.ts';
import { DURATIONS, invalidity } from '../../src/validation.ts';

const good = {
  prompt: 'a cat',
  image_urls: ['https://example.com/a.png'],
  sound: true,
  duration: '5',
};

function wrong(input: unknown, model: string = KLING_MODEL, models: string[] = []): unknown {
  return invalidity(readBody(JSON.stringify({ model, input })), models);
}

describe('kling-2.6', () => {
  it.each(DURATIONS)('accepts %s s', (duration) => {
    expect(wrong({ ...good, duration })).toBeUndefined();
  });

  it.each(['prompt', 'image_urls', 'sound', 'duration'])('requires %s', (field) => {
    expect(wrong({ ...good, [field]: undefined })).toBe('This field is required');
  });

  it('requires sound, but takes false', () => {
    expect(wrong({ ...good, sound: false })).toBeUndefined();
    expect(wrong({ ...good, sound: 'yes' })).toBe('sound must be a boolean');
  });

  it.each(['7', '05', 5, '', 'five'])('refuses the duration %j', (duration) => {
    expect(wrong({ ...good, duration })).toMatch(/not within the range|required/u);
  });

  it('limits the prompt to 1000 characters', () => {
    expect(wrong({ ...good, prompt: 'x'.repeat(1000) })).toBeUndefined();
    expect(wrong({ ...good, prompt: 'x'.repeat(1001) })).toMatch(/prompt length cannot exceed/u);
  });

  it('takes several images, but only http links', () => {
    const two = ['http://a/1.png', 'https://b/2.jpg'];
    expect(wrong({ ...good, image_urls: two })).toBeUndefined();
    expect(wrong({ ...good, image_urls: [] })).toBe('This field is required');
    expect(wrong({ ...good, image_urls: 'http://a' })).toBe('image_urls must be an array');
    expect(wrong({ ...good, image_urls: ['file:///etc/passwd'] })).toMatch(/not supported/u);
  });

  it('ignores unknown fields', () => {
    expect(wrong({ ...good, nonsense: 1 })).toBeUndefined();
  });
});

describe('models', () => {
  it('refuses unknown ones, unless they are listed', () => {
    expect(wrong({}, 'other/model')).toMatch(/model name you specified is not supported/u);
    expect(wrong({}, 'other/model', ['other/model'])).toBeUndefined();
    expect(wrong({}, 'any/model', ['*'])).toBeUndefined();
    expect(wrong(undefined, 'any/model', ['*'])).toBe('This field is required');
  });
});

describe('readBody', () => {
  it.each(['', '{', 'null', '[]', '"text"', '5'])('survives %j', (raw) => {
    const body = readBody(raw);
    expect(body.request).toBeUndefined();
    expect(invalidity(body, [])).toBe('This field is required');
  });
});
