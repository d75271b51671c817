import { expect, it } from 'vitest';
import { KLING_MODEL, SimulatorError } from '../../src/index.ts';
import { createdId, record, requestOf, started } from '../support.ts';

it('changes a price at run time, for the tasks that come', async () => {
  const kie = await started();
  const before = await createdId(kie, requestOf('before'));
  kie.setPrice(KLING_MODEL, { factor: 1.2 });
  const dearer = await createdId(kie, requestOf('dearer'));
  kie.setPrice(KLING_MODEL, 70);
  const fixed = await createdId(kie, requestOf('fixed', { sound: true }));
  kie.setPrice(KLING_MODEL, null);
  const after = await createdId(kie, requestOf('after'));
  kie.finish();

  const credits = await Promise.all([before, dearer, fixed, after].map(async (id) => record(kie, id)));
  expect(credits.map(({ creditsConsumed }) => creditsConsumed)).toEqual([55, 66, 70, 55]);
  expect(() => kie.setPrice(KLING_MODEL, -1)).toThrow(SimulatorError);
});

it('changes a price from another process', async () => {
  const kie = await started({ control: true });
  const post = async (body: unknown): Promise<number> => {
    const answer = await fetch(`${kie.url}/__sim/price`, { method: 'POST', body: JSON.stringify(body) });
    return answer.status;
  };

  expect(await post({ model: KLING_MODEL, price: { factor: 2 } })).toBe(200);
  expect(kie.options.prices).toEqual({ [KLING_MODEL]: { factor: 2 } });
  expect(await post({ model: KLING_MODEL, price: null })).toBe(200);
  expect(kie.options.prices).toEqual({});
  expect(await post({ model: KLING_MODEL, price: 'dear' })).toBe(400);
});
