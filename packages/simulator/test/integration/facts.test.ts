import { expect, it } from 'vitest';
import { create, createdId, envelope, record, requestOf, started } from '../support.ts';

const IMAGE = 'https://example.com/a.png';

it('creates and charges by the facts of a model', async () => {
  const simulator = await started({ models: ['facts'] });
  const input = { prompt: 'a cat', image_url: IMAGE, duration: '10' };
  const taskId = await createdId(simulator, { model: 'kling/v2-1-pro', input });
  simulator.finish();
  expect(await record(simulator, taskId)).toMatchObject({ state: 'success', creditsConsumed: 100 });
  simulator.setPrice('kling/v2-1-pro', { factor: 1.5 });
  const dearer = await createdId(simulator, { model: 'kling/v2-1-pro', input });
  simulator.finish();
  expect(await record(simulator, dearer)).toMatchObject({ creditsConsumed: 150 });
});

it.each([
  ['a wrong type', { duration: 5 }, 422, 'duration must be a string'],
  ['a missing field', { image_url: undefined }, 422, 'This field is required'],
  [
    'an image under the name that another model has for it',
    { image_url: undefined, image_urls: [IMAGE] },
    422,
    'This field is required',
  ],
  ['a value that is no option', { duration: '7' }, 422, 'duration is not within the range of allowed options'],
  ['a field that is unknown', { durations: '7' }, 200, 'success'],
])('judges %s as Kie would', async (_name, more, code, msg) => {
  const simulator = await started({ models: ['facts'] });
  const input = { prompt: 'a cat', image_url: IMAGE, duration: '10', ...more };
  const answer = await envelope(await create(simulator, { model: 'kling/v2-1-pro', input }));
  expect(answer).toMatchObject({ code, msg });
});

it('refuses a model without facts, and judges kling-2.6 by the document', async () => {
  const simulator = await started({ models: ['facts'] });
  const unknown = await envelope(await create(simulator, { model: 'no/such-model', input: {} }));
  expect(unknown).toMatchObject({ code: 422, msg: expect.stringContaining('not supported') });
  expect(await envelope(await create(simulator, requestOf('x', { duration: '80' })))).toMatchObject({ code: 200 });
});

it('takes anything where models are given by name or as *, as before there were facts', async () => {
  const simulator = await started({ models: ['*'] });
  const taskId = await createdId(simulator, { model: 'kling/v2-1-pro', input: { nonsense: true } });
  simulator.finish();
  expect(await record(simulator, taskId)).toMatchObject({ creditsConsumed: 100 });
});

it('looks for uploads in the fields of every model', async () => {
  const simulator = await started({ models: ['facts'] });
  const gone = `${simulator.url}/files/images/gone.png`;
  const input = { prompt: 'a cat', image_url: gone, duration: '10' };
  expect(await envelope(await create(simulator, { model: 'kling/v2-1-pro', input }))).toMatchObject({ code: 451 });
});
