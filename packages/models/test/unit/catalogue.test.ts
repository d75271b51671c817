import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkInput, estimate, exampleInput, inputSchema, MODELS, modelOf, nearestModel } from '@kieq/models';

test('has each model in one file, and each file in the list', async () => {
  const files = await readdir(join(import.meta.dirname, '../../src/models'));
  const names = MODELS.map(({ id }) => `${id.replaceAll(/[^a-z0-9]+/g, '-')}.ts`);

  expect(files.filter((name) => name !== 'index.ts').toSorted()).toEqual(names.toSorted());
  expect(MODELS).toHaveLength(58);
});

describe.each(MODELS.map((model) => [model.id, model] as const))('%s', (_, model) => {
  test('names only fields that its input has', () => {
    const named = [
      ...model.images.map(({ field }) => field),
      ...[model.sound.field, model.duration.field, model.resolution?.field].filter((field) => field !== undefined),
      ...model.prices.flatMap(({ variants }) => variants.flatMap(({ when }) => Object.keys(when))),
    ];

    expect(named.filter((field) => model.input[field] === undefined)).toEqual([]);
  });

  test('takes its own example without a warning', () => {
    expect(checkInput(model, exampleInput(model))).toEqual([]);
    expect(inputSchema(model)).toMatchObject({ title: model.id, type: 'object' });
  });
});

const LENIENT = MODELS.filter(({ strict }) => strict !== true);
test.each(LENIENT.map((model) => [model.id, model] as const))('%s: wrong type, misspelt field', (_, model) => {
  const example = exampleInput(model);
  const name = Object.keys(model.input).find((one) => model.input[one]?.disputed === undefined) ?? '';
  const { [name]: value = 'any', ...others } = example;

  expect(checkInput(model, { ...example, [name]: { nested: true } })).toMatchObject([{ field: `input.${name}` }]);
  expect(checkInput(model, { ...others, [`${name}z`]: value })).toMatchObject([
    { field: `input.${name}z`, meant: `input.${name}` },
  ]);
});

/** Its list has only a resolution that is not the default. */
const OTHER_RESOLUTION = 'kling-3.0-omni/reference-to-video';
const PRICED = MODELS.filter(({ id, prices }) => prices.length > 0 && id !== OTHER_RESOLUTION);
test.each(PRICED.map((model) => [model.id, model] as const))('%s: a price, its source and its day', (_, model) => {
  const result = estimate(model, exampleInput(model));

  if (result.kind !== 'estimate') throw new Error(result.reason);
  const { low, high, lowUsd, date } = result.estimate;
  expect(low).toBeGreaterThan(0);
  expect(high ?? Infinity).toBeGreaterThanOrEqual(low);
  expect(lowUsd).toBeCloseTo(low * 0.005, 4);
  expect(date).toMatch(/^2026-\d\d-\d\d$/);
});

test('finds a model by its exact name, and suggests one for a misspelt name', () => {
  expect(modelOf('kling-3.0/video')?.family).toBe('kling-3.0');
  expect(modelOf('Kling-3.0/Video')).toBeUndefined();
  expect(nearestModel('Kling-3.0/Video')).toBe('kling-3.0/video');
  expect(nearestModel('kling-2.6/image2video')).toBe('kling-2.6/image-to-video');
  expect(nearestModel('an unrelated name')).toBeUndefined();
  expect(nearestModel('x'.repeat(10_000))).toBeUndefined();
});
