import { expect, it } from 'vitest';
import { SimulatorError } from '../../src/invalid.ts';
import { mergeOptions } from '../../src/options.ts';

it('has defaults for everything', () => {
  expect(mergeOptions(undefined, {})).toMatchObject({
    apiKey: null,
    rateLimit: { limit: 20, windowMs: 10_000 },
    createLatency: { minMs: 300, maxMs: 900 },
    callback: { retries: 3, timeoutMs: 15_000 },
    video: { seconds: 3 },
  });
});

it('keeps what a later part does not name, also null and 0', () => {
  const first = mergeOptions(undefined, { rateLimit: null, credits: 0, failRate: 1 });
  expect(mergeOptions(first, { seed: 2, failRate: undefined })).toMatchObject({
    rateLimit: null,
    credits: 0,
    failRate: 1,
    seed: 2,
  });
});

it('names every problem at once', () => {
  const given = { rateLimit: { limit: 0, windowMs: 1 }, failRate: 2, nonsense: 1 };
  let problems = '';
  try {
    mergeOptions(undefined, given);
  } catch (error) {
    if (error instanceof SimulatorError) problems = error.message;
  }
  for (const name of ['limit', 'failRate', 'nonsense']) expect(problems).toContain(name);
});

it('refuses a range upside down', () => {
  expect(() => mergeOptions(undefined, { createLatency: { minMs: 2, maxMs: 1 } })).toThrow(
    /minMs must not exceed maxMs/u,
  );
});
