import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { createRequestSchema, validateCreateRequest } from '../../src/create-request.ts';
import { KLING_DURATIONS } from '../../src/kling.ts';

const input = { prompt: 'a cat', image_urls: ['https://a.example/1.png'], sound: false, duration: '5' };
const request = (over: Readonly<Record<string, unknown>> = {}, top: Readonly<Record<string, unknown>> = {}) => ({
  model: 'kling-2.6/image-to-video',
  input: { ...input, ...over },
  ...top,
});

function fields(value: unknown): readonly string[] {
  const checked = validateCreateRequest(value);
  return checked.ok ? [] : checked.problems.map((problem) => problem.field);
}

describe('kling-2.6/image-to-video', () => {
  it('passes with and without a callBackUrl, several images and unknown fields of input', () => {
    const full = request(
      { image_urls: ['https://a.example/1.png', 'http://a.example/2.png'], negative_prompt: 'dogs' },
      { callBackUrl: 'https://q.example/cb' },
    );
    expect(validateCreateRequest(full)).toEqual({ ok: true, request: full });
    expect(validateCreateRequest(request())).toEqual({ ok: true, request: request() });
  });

  it.each([null, '', '  '])('has no callBackUrl where that is %j', (callBackUrl) => {
    expect(validateCreateRequest(request({}, { callBackUrl }))).toEqual({ ok: true, request: request() });
  });

  it.each(['Kling-2.6/image-to-video', 'kling-2.6/image-to-video ', '\tKLING-2.6/Image-To-Video\n'])(
    'is meant by the name %j, which is refused with the right one',
    (model) => {
      const rule = 'must be spelt "kling-2.6/image-to-video"';
      expect(validateCreateRequest({ ...request(), model })).toEqual({
        ok: false,
        problems: [{ field: 'model', rule, received: JSON.stringify(model) }],
      });
    },
  );

  it.each(KLING_DURATIONS)('takes a duration of "%s"', (duration) => {
    expect(fields(request({ duration }))).toEqual([]);
  });

  it.each([
    ['prompt', ''],
    ['prompt', 7],
    ['prompt', 'x'.repeat(1001)],
    ['image_urls', []],
    ['image_urls', 'https://a.example/1.png'],
    ['sound', 'true'],
    ['sound', 1],
    ['duration', 5],
    ['duration', '25'],
    ['duration', '05'],
  ])('refuses %s %o', (field, value) => {
    expect(fields(request({ [field]: value }))).toEqual([`input.${field}`]);
  });

  it.each(['ftp://a.example/1.png', 'a.png', '', 'data:image/png;base64,AA', 'https://u:p@a.example/1.png'])(
    'refuses the image %s',
    (url) => {
      expect(fields(request({ image_urls: ['https://a.example/0.png', url] }))).toContain('input.image_urls[1]');
    },
  );

  it('applies no default: every required field is reported, together with everything else', () => {
    const value = { model: 'kling-2.6/image-to-video', input: {}, callBackUrl: 'nowhere' };
    expect(fields(value)).toEqual(['input.prompt', 'input.image_urls', 'input.sound', 'input.duration', 'callBackUrl']);
  });

  it('counts characters as code points', () => {
    expect(fields(request({ prompt: '🎬'.repeat(1000) }))).toEqual([]);
    expect(fields(request({ prompt: '🎬'.repeat(1001) }))).toEqual(['input.prompt']);
  });

  it('shows what it received, shortened and without credentials', () => {
    const long = validateCreateRequest(request({ prompt: 'x'.repeat(5000), image_urls: ['https://u:pw@a.example/'] }));
    if (long.ok) throw new Error('must not pass');
    expect(long.problems[0]?.received).toHaveLength(200);
    expect(long.problems[1]?.received).toBe('"https://[redacted]@a.example/"');
    const missing = validateCreateRequest(request({ sound: undefined }));
    expect(missing).toMatchObject({ problems: [{ field: 'input.sound', received: 'undefined' }] });
  });
});

describe('other models', () => {
  it('pass untouched', () => {
    const value = { model: 'veo/any', input: { first_frame_url: 'x', duration: 5, nested: { a: [null] } } };
    expect(validateCreateRequest(value)).toEqual({ ok: true, request: value });
  });

  it.each(['kling-2.6/text-to-video', 'Kling-2.6', 'kling 2.6/image-to-video', ' veo/any'])(
    'pass whatever their name: %j',
    (model) => {
      expect(validateCreateRequest({ model, input: {} })).toEqual({ ok: true, request: { model, input: {} } });
    },
  );

  it.each([
    [{ model: '', input: {} }, ['model']],
    [{ model: 'x'.repeat(201), input: {} }, ['model']],
    [{ model: 'm', input: [] }, ['input']],
    [{ model: 'm', input: 'text', callBackUrl: 'ftp://x' }, ['input', 'callBackUrl']],
    [{}, ['model', 'input']],
    [null, ['']],
    ['text', ['']],
    [[], ['']],
  ])('are refused: %o', (value, expected) => {
    expect(fields(value)).toEqual(expected);
  });

  it('keep known models out of the lenient schema', () => {
    expect(createRequestSchema.safeParse({ model: 'kling-2.6/image-to-video', input: {} }).success).toBe(false);
  });
});

it('turns into JSON Schema', () => {
  expect(JSON.stringify(z.toJSONSchema(createRequestSchema))).toContain('"maxLength":1000');
});
