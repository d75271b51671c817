import { describe, expect, test } from 'vitest';
import { creditsInText, inputSchema, liveDifferences, modelNames, modelOf, MODELS } from '../../src/index.ts';

const model = modelOf('kling/v2-1-pro');
if (model === undefined) throw new Error('the model of these tests is gone');

describe('names in a list of an unknown form', () => {
  test.each([
    [['a/b', 'c']],
    [[{ id: 'a/b' }, { name: 'c', id: 7 }]],
    [{ models: [{ model: 'a/b' }, 'c', 'a/b', 'with blank', '', 5, null, {}] }],
    [{ records: ['a/b', 'c'] }],
  ])('%j', (data) => {
    expect(modelNames(data)).toEqual(['a/b', 'c']);
  });

  test.each([[null], [undefined], ['a'], [{}], [{ models: 'a' }]])('none in %j', (data) => {
    expect(modelNames(data)).toEqual([]);
  });

  test('at most 500', () => {
    expect(modelNames(Array.from({ length: 900 }, (_, i) => `m${i}`))).toHaveLength(500);
  });
});

describe('credits in prose', () => {
  test.each([
    ['This model costs 55 credits per video.', 55],
    ['12.5 Credits', 12.5],
    ['1 credit each', 1],
  ])('%s', (text, credits) => {
    expect(creditsInText(text)).toBe(credits);
  });

  test.each([
    '5 s: 55 credits, 10 s: 110 credits',
    'for 5 seconds 55 credits',
    '$0.28 or 55 credits',
    '1,000 credits',
    'from-55 credits',
    'cheap',
    '',
  ])('are not read from %j', (text) => {
    expect(creditsInText(text)).toBeUndefined();
  });
});

describe('differences to what Kie says', () => {
  test.each(MODELS.map((one) => [one.id, one] as const))('%s: none to its own schema', (_, one) => {
    expect(liveDifferences(one, { schema: inputSchema(one) })).toEqual([]);
  });

  test('are found in an OpenAPI document, wherever it has the input', () => {
    const { image_url: _gone, duration: _changed, ...properties } = model.input;
    const input = {
      type: 'object',
      properties: { ...properties, camera: { type: 'string' }, duration: { type: 'integer', enum: [5, 10] } },
      required: ['duration'],
    };
    const request = { properties: { model: { type: 'string' }, input } };
    const schema = {
      openapi: '3.1.0',
      paths: { '/x': { post: { requestBody: { content: { json: { schema: request } } } } } },
    };
    expect(liveDifferences(model, { schema })).toEqual([
      'input.camera is new',
      'input.image_url is gone',
      'input.prompt is optional',
      'input.duration is integer instead of string',
      'input.duration is required',
      'input.duration takes [5,10] instead of ["5","10"]',
    ]);
  });

  test.each([
    ['nothing', undefined],
    ['text', 'openapi'],
    ['a list', [1, [2]]],
    ['no properties', { properties: 'x' }],
    ['null', null],
  ])('are none in a schema that is %s', (_, schema) => {
    expect(liveDifferences(model, { schema })).toEqual([]);
  });

  test('of the price only where the text is clear', () => {
    expect(liveDifferences(model, { price: '50 credits per video' })).toEqual([]);
    expect(liveDifferences(model, { price: 'between 40 and 60 credits' })).toEqual([]);
    expect(liveDifferences(model, { price: '61 credits per video' })).toEqual([
      "Kie's text about the price says 61 credits, and the price list has 50, 100",
    ]);
  });

  test('are few and harmless, however hostile the schema', () => {
    const properties = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`f${i}`, {}]));
    let deep: object = {};
    for (let i = 0; i < 5000; i += 1) deep = { properties: deep };
    expect(liveDifferences(model, { schema: { properties: { prompt: {}, ...properties } } })).toHaveLength(20);
    expect(liveDifferences(model, { schema: deep })).toEqual([]);
    const evil = { properties: { prompt: { type: 'a\u001b[31mb\nc' }, '<script>': {} } };
    const text = liveDifferences(model, { schema: evil }).join('');
    for (const one of ['\u001B', '\n', '<']) expect(text).not.toContain(one);
  });
});
